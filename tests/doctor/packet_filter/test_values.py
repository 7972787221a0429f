"""Values in rules."""

from ipaddress import ip_address

import pytest

from tftptui.doctor.packet_filter.values import Value, both, compare, either, equals

SETS: dict[str, list[object]] = {
    "nets": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, "192.168.1.1"],
    "timed": [{"elem": {"val": 69, "timeout": 60}}],
}
TEN = ip_address("10.9.8.7")


@pytest.mark.parametrize(
    ("value", "right", "truth"),
    [
        (69, 69, True),
        (69, 70, False),
        (69, {"range": [60, 70]}, True),
        (69, {"range": [70, 80]}, False),
        (69, {"set": [1, {"range": [60, 70]}]}, True),
        (69, {"set": [1, 2]}, False),
        (69, ["1", "69"], True),
        (69, "@timed", True),
        (69, "tftp", None),
        (69, {"jhash": {}}, None),
        (69, {"set": [1, "tftp"]}, None),
        (69, {"set": [69, "tftp"]}, True),
        (TEN, "10.9.8.7", True),
        (TEN, {"prefix": {"addr": "10.0.0.0", "len": 8}}, True),
        (TEN, {"prefix": {"addr": "2001:db8::", "len": 32}}, False),
        (TEN, {"range": ["10.0.0.0", "10.9.9.9"]}, True),
        (TEN, "@nets", True),
        (TEN, "@lost", None),
        (TEN, "gate.example", None),
        ("eth0", "eth*", True),
        ("eth0", "eth1", False),
        ("udp", "udp", True),
        ("host", "unicast", True),
        ("udp", 17, None),
    ],
)
def test_equals(value: Value, right: object, truth: bool | None) -> None:  # noqa: FBT001 - a table
    assert equals(value, right, SETS) is truth


@pytest.mark.parametrize(
    ("operator", "right", "truth"),
    [("<", 70, True), (">", 70, False), (">=", 69, True), ("<=", 68, False)],
)
def test_compare(operator: str, right: int, *, truth: bool) -> None:
    assert compare(69, operator, right) is truth


def test_what_can_not_be_compared() -> None:
    assert compare(69, "<", "tftp") is None
    assert compare(69, "?", 1) is None


def test_doubt_goes_on() -> None:
    assert (either([False, None]), either([True, None]), either([])) == (
        None,
        True,
        False,
    )
    assert (both([True, None]), both([False, None]), both([])) == (None, False, True)
