"""The lines of keys in a TOML text."""

import pytest

from tftptui.demo.scenario.toml_errors import line_of

TEXT = """\
title = "x"
files = [
  { name = "a", octets = 1 },
]
[network]
to_client.loss = 0.1
[network.to_server]
loss = 0.1
[clients."a b"]
kind = "curl"
[[steps]]
caption = "one"
firewall.rules = ["accept"]
[[steps]]
caption = "two"
[steps.firewall]
rules = ["drop"]
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("title",), 1),
        (("files", 0, "octets"), 2),
        (("network", "to_client"), 6),
        (("network", "to_server", "loss"), 8),
        (("network", "to_server", "delay"), 7),
        (("clients", "a b", "kind"), 10),
        (("clients", "*", "kind"), 10),
        (("steps", 0, "firewall", "rules"), 13),
        (("steps", 1, "caption"), 15),
        (("steps", 1, "firewall", "rules"), 17),
        (("steps", 1, "longest"), 14),
        (("colour",), None),
        ((), None),
    ],
)
def test_a_place_is_found(place: tuple[str | int, ...], line: int | None) -> None:
    assert line_of(TEXT, place) == line
