"""From the bytes of a request to the names to try: the cases of knowledge/names.md."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.server.root.names import Candidate, Names, components
from tftptui.server.root.rewriting import LONGEST, parse_rules

OWN = "192.0.2.7"
ANY_NAME = st.binary(max_size=40) | st.lists(
    st.sampled_from([b"..", b".", b"", b"a", b"C:", b"\\", b"\xff", b"/", b"..\\"])
).map(b"/".join)


def own_folder(client: str) -> bytes | None:
    """Return the folder of the one client that has its own."""
    return client.encode() if client == OWN else None


def names(
    asked: bytes, *rules: str, client: str = "", ignore_case: bool = False
) -> list[bytes]:
    """Return the names tried, in order."""
    of = Names(parse_rules(rules), own_folder, ignore_case)
    return [candidate.name for candidate in of.candidates(asked, client)]


def reasons(asked: bytes, *rules: str, client: str = "") -> list[str]:
    of = Names(parse_rules(rules), own_folder)
    return [candidate.why for candidate in of.candidates(asked, client)]


def target_names(asked: bytes, *rules: str, client: str = "") -> list[bytes]:
    """Return the possible names of an upload, in order."""
    of = Names(parse_rules(rules), own_folder)
    return [candidate.name for candidate in of.targets(asked, client)]


@pytest.mark.parametrize(
    "asked",
    [
        b"f.bin",
        b"/f.bin",
        b"//f.bin",
        b"./f.bin",
        b"d//f.bin",
        b"up/",
        b"a:b",
        b"C:f.bin",
        b"caf\xe9",
        b"\xffname",
        b"../f.bin",
        b" ",
    ],
)
def test_a_plain_name_is_tried_as_asked_and_no_other(asked: bytes) -> None:
    assert names(asked) == [asked]


@pytest.mark.parametrize(
    ("asked", "tried"),
    [
        # names.md §3, rows 1 to 3 and 75
        (rb"/Boot\x64\wdsnbp.com", [b"/Boot/x64/wdsnbp.com"]),
        (rb"\Boot\BCD", [b"/Boot/BCD"]),
        (rb"d\f.bin", [b"d/f.bin"]),
        # §1 (iPXE, tftp-hpa -l) and §3, row 74
        (rb"C:\f.bin", [b"C:/f.bin", b"f.bin"]),
        (rb"C:\tftpboot\icky#path", [b"C:/tftpboot/icky#path", b"tftpboot/icky#path"]),
        (rb"C:\Temp\fw.bin", [b"C:/Temp/fw.bin", b"Temp/fw.bin"]),
        (b"c:/x", [b"x"]),
        (b"/c:/x", [b"x"]),
        (b"C://x", [b"x"]),
        # §3, rows 5 and 7
        (b"netboot.xyz.efi\xff", [b"netboot.xyz.efi"]),
        (b"pxelinux.0\xff\xff\xff", [b"pxelinux.0"]),
        (b"C:\\x\xff", [b"C:/x\xff", b"x\xff", b"x"]),
    ],
)
def test_other_spellings_follow_the_one_asked(asked: bytes, tried: list[bytes]) -> None:
    assert names(asked) == [asked, *tried]


def test_each_spelling_says_why_it_is_tried() -> None:
    assert reasons(b"C:\\x\xff") == [
        "as requested",
        "backslashes as slashes",
        "without the drive letter",
        "without trailing 0xFF bytes",
    ]


def test_an_empty_name_has_nothing_to_try() -> None:
    assert names(b"", client=OWN) == []


def test_bytes_0xff_alone_leave_no_name_behind() -> None:
    assert names(b"\xff\xff") == [b"\xff\xff"]


def test_a_name_too_long_for_a_request_is_tried_as_it_is_only() -> None:
    asked = b"\\" * (LONGEST + 1)
    assert names(asked, r"\\=x") == [asked]


def test_a_rule_replaces_the_name_asked() -> None:
    assert names(b"tftpboot/f", "^tftpboot/=") == [b"f"]


def test_rules_see_every_spelling() -> None:
    assert names(rb"\tftpboot\f", "^/tftpboot/=") == [rb"\tftpboot\f", b"f"]


def test_a_rule_makes_a_name_of_none() -> None:
    assert names(b"", "^$=pxelinux.0") == [b"pxelinux.0"]


def test_a_rule_that_leaves_nothing_leaves_nothing_to_try() -> None:
    assert names(b"f", "f=") == []


def test_the_rules_that_applied_are_told() -> None:
    assert reasons(b"abc", "a=x", "q=r", "b=y") == [
        "as requested, rewritten by rules 1 and 3"
    ]
    assert reasons(b"abc", "q=r", "b=y") == ["as requested, rewritten by rule 2"]


def test_spellings_that_rules_make_alike_are_tried_once() -> None:
    assert names(rb"\a", "^.*$=same") == [b"same"]


def test_the_own_folder_comes_first() -> None:
    assert names(b"//f", client=OWN) == [b"192.0.2.7/f", b"//f"]


def test_every_spelling_is_tried_in_the_own_folder_before_the_root() -> None:
    assert names(rb"\f", client=OWN) == [
        rb"192.0.2.7/\f",
        b"192.0.2.7/f",
        rb"\f",
        b"/f",
    ]


def test_in_the_own_folder_is_said() -> None:
    assert reasons(b"f", client=OWN) == [
        "in the client's own folder, as requested",
        "as requested",
    ]


@pytest.mark.parametrize("client", ["192.0.2.8", ""])
def test_who_has_no_folder_gets_what_all_get(client: str) -> None:
    assert names(b"f", client=client) == [b"f"]


@pytest.mark.parametrize("asked", [b"../f", b"a/../../f", b"/../f"])
def test_a_name_that_climbs_is_not_tried_in_the_own_folder(asked: bytes) -> None:
    assert names(asked, client=OWN) == [asked]


def test_a_name_that_comes_back_stays_in_the_own_folder() -> None:
    assert names(b"a/../f", client=OWN)[0] == b"192.0.2.7/a/../f"


def test_case_is_ignored_only_after_everything_else() -> None:
    found = list(Names(ignore_case=True).candidates(rb"\F"))
    assert [(each.name, each.ignore_case) for each in found] == [
        (rb"\F", False),
        (b"/F", False),
        (rb"\F", True),
        (b"/F", True),
    ]
    assert found[-1].why == "backslashes as slashes, ignoring case"


def test_what_is_found_first_costs_no_further_thought() -> None:
    asked_for: list[str] = []

    def folder_of(client: str) -> bytes | None:
        asked_for.append(client)
        return None

    next(Names(folder_of=folder_of).candidates(b"f"))
    assert asked_for == []


@pytest.mark.parametrize(
    ("asked", "target"),
    [
        (b"f", b"f"),
        (rb"up\f", b"up/f"),
        (rb"C:\Temp\fw.bin", b"Temp/fw.bin"),
        (b"name\xff", b"name\xff"),
        (b"/etc/hostname", b"/etc/hostname"),
    ],
)
def test_an_upload_goes_to_the_plainest_spelling(asked: bytes, target: bytes) -> None:
    assert target_names(asked) == [target]


@pytest.mark.parametrize("asked", [b"/in/f", rb"\in\f", rb"C:\in\f"])
def test_rules_tell_where_an_upload_goes(asked: bytes) -> None:
    assert target_names(asked, "^.*[/\\\\]in[/\\\\]=out/") == [b"out/f"]


def test_what_a_rule_caught_is_made_plain_for_an_upload() -> None:
    assert target_names(rb"in\a\f", r"^in(.*)=out\1") == [b"out/a/f"]


def test_an_upload_goes_to_the_own_folder_first() -> None:
    assert target_names(rb"\f", client=OWN) == [b"192.0.2.7/f", b"/f"]


def test_an_upload_that_climbs_does_not_go_to_the_own_folder() -> None:
    assert target_names(b"../f", client=OWN) == [b"../f"]


def test_an_upload_without_a_name_goes_nowhere() -> None:
    assert target_names(b"", client=OWN) == []


def test_a_folder_in_an_upload_stays_one() -> None:
    assert target_names(b"up/", client=OWN) == [b"192.0.2.7/up/", b"up/"]


@given(ANY_NAME)
def test_nothing_is_tried_twice(asked: bytes) -> None:
    tried = [components(name) for name in names(asked, client=OWN)]
    assert len(tried) == len(set(tried))


@given(ANY_NAME)
def test_the_name_asked_is_tried_first_in_the_root(asked: bytes) -> None:
    assert names(asked)[:1] == ([asked] if asked else [])


@given(ANY_NAME)
def test_no_candidate_has_backslashes_that_the_one_before_made_slashes(
    asked: bytes,
) -> None:
    made = [name for name in names(asked)[1:] if b"\\" in name]
    assert made == []


@given(ANY_NAME)
def test_components_are_real_steps(name: bytes) -> None:
    assert not re.search(rb"(^|/)\.?(/|\Z)", b"/".join(components(name)) or b"x")


def test_a_candidate_is_plain_data() -> None:
    assert Candidate(b"f", "as requested") == next(Names().candidates(b"f"))
