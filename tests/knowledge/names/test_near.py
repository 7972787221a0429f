import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.knowledge.names.real_mistakes import MISTAKES, NOTHING_MEANT, Mistake
from tftptui.knowledge.names import KnownNames, near_names
from tftptui.knowledge.names.near import MOST, RULES, SURE

COMMON = (
    b"README.txt",
    b"memtest86+.bin",
    b"firmware/switch/c2900-universalk9-mz.SPA.157-3.M.bin",
    b"docs/index.html",
    b"boards/am335x/MLO",
    b"boards/am335x/zImage",
)
"""Files in every root besides the one that is meant."""


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: repr(one.asked)[:40])
def test_the_right_name_comes_first(mistake: Mistake) -> None:
    known = KnownNames((*COMMON, *mistake.beside, mistake.meant), root=b"/srv/tftp")
    first, *_ = near_names(mistake.asked, known)
    assert (first.name, first.rule) == (mistake.meant, mistake.rule)
    assert first.is_sure == (mistake.rule in SURE)


@pytest.mark.parametrize(("asked", "there"), NOTHING_MEANT)
def test_where_nothing_is_meant_nothing_is_offered(
    asked: bytes, there: tuple[bytes, ...]
) -> None:
    assert near_names(asked, KnownNames((*COMMON, *there))) == []


def test_two_files_that_differ_in_case_are_both_offered() -> None:
    known = KnownNames([b"boot/BCD", b"Boot/bcd"])
    offered = [near.name for near in near_names(b"BOOT/BCD", known)]
    assert sorted(offered) == [b"Boot/bcd", b"boot/BCD"]


def test_a_guess_is_not_offered_beside_what_is_certain() -> None:
    known = KnownNames([b"boot/BCD", b"old/BCD", b"BCD.bak"])
    assert [near.name for near in near_names(b"boot/bcd", known)] == [b"boot/BCD"]


def test_no_more_than_a_few_are_offered() -> None:
    known = KnownNames([b"%d/Makefile" % number for number in range(1_000)])
    assert len(near_names(b"Makefile", known)) == MOST


def test_a_loader_is_offered_with_the_machine_it_is_for() -> None:
    (near,) = near_names(b"bootx64.efi", KnownNames([b"shimx64.efi"]))
    assert near.words == "the same thing under another name, for x86-64 UEFI"


def test_a_name_within_the_root_s_own_path_is_found_there() -> None:
    known = KnownNames([b"pxe/a", b"a"], root=b"/home/x/images")
    near, *_ = near_names(b"/home/x/images/pxe/a", known)
    assert near.name == b"pxe/a"
    assert near.rule == "extra-folder"


NAMES = st.binary(max_size=40) | st.text(max_size=20).map(
    lambda text: text.encode("utf-8", "surrogatepass")
)


@given(asked=NAMES, there=st.lists(NAMES, max_size=20))
def test_any_bytes_give_names_that_are_there(asked: bytes, there: list[bytes]) -> None:
    for near in near_names(asked, KnownNames(there)):
        assert near.name in there
        assert near.rule in RULES
        assert near.words
