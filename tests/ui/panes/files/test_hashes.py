"""Results of checksum lists are shown wherever a file is served."""

from typing import Any

import pytest

from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, SMALL, shown
from tftptui.engine.messages import Frame, HashView, TransferView
from tftptui.ui.panes.files.hashes import hash_of

SAYS = "SHA256SUMS"


def read(**changes: Any) -> TransferView:
    """Return a transfer of fw/a.img, 900 bytes, last changed an hour ago."""
    given: dict[str, Any] = {
        "file": "/fw//a.img",
        "total_size": 900,
        "modified": NOW - 3_600.0,
    }
    return view(1, **(given | changes))


def hashed(verdict: str = "differs", **changes: Any) -> HashView:
    given: dict[str, Any] = {
        "name": b"fw/a.img",
        "size": 900,
        "modified": NOW - 3_600.0,
        "done": 900,
    }
    given |= {"sha256": "ab" * 32, "verdict": verdict, "place": SAYS}
    return HashView(**(given | changes))


def test_a_hash_belongs_to_what_reads_that_version() -> None:
    whole = hashed()
    known = {b"other": hashed(name=b"other"), b"fw/a.img": whole}
    assert hash_of(read(), known) is whole
    assert hash_of(read(file="x", served="fw/a.img"), known) is whole
    assert hash_of(read(modified=NOW - 3_600.0 + 2e-7), known) is whole


def test_a_hash_belongs_to_what_wrote_that_version() -> None:
    whole = hashed()
    wrote = {"direction": "write", "total_size": None, "acked_bytes": 900}
    assert hash_of(read(**wrote), {b"fw/a.img": whole}) is whole
    assert hash_of(read(**wrote, modified=None), {b"fw/a.img": whole}) is None


@pytest.mark.parametrize(
    "other",
    [
        {"modified": NOW - 1_800.0},
        {"modified": None},
        {"total_size": 901},
        {"file": "fw/b.img"},
        {"served": "fw/b.img"},
    ],
)
def test_another_version_or_file_is_not_judged(other: dict[str, Any]) -> None:
    assert hash_of(read(**other), {b"fw/a.img": hashed()}) is None


def test_a_hash_that_is_not_whole_says_nothing() -> None:
    assert hash_of(read(), {b"fw/a.img": hashed(sha256="", done=40)}) is None


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("verdict", "row", "told"),
    [
        ("differs", "≠ /fw", "≠ The file differs from what SHA256SUMS says."),
        ("matches", " /fw", "✓ The file is as SHA256SUMS says."),
    ],
)
async def test_a_transfer_tells_it(
    size: tuple[int, int], verdict: str, row: str, told: str
) -> None:
    later = Frame(time=NOW, hashes=[hashed(verdict)])
    async with shown(frame(read()), size=size) as screen:
        await screen.press("1")
        assert "≠" not in screen.text()
        await screen.tell(later)
        assert row in screen.text()
        assert told in " ".join(
            screen.text().replace("│", " ").replace("┃", " ").split()
        )


async def test_its_screen_tells_it_with_the_digest() -> None:
    later = Frame(time=NOW, hashes=[hashed()])
    async with shown(frame(read()), later, size=LARGE) as screen:
        await screen.press("1", "enter")
        await screen.pilot.pause()
        assert "✗ SHA-256 abababababababab… differs" in screen.text()
