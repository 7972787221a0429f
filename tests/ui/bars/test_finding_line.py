"""An alarm is in sight wherever one is."""

import pytest
from msgspec.structs import replace

from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, SMALL, shown
from tests.support.why_scene import founding_case
from tftptui.engine.messages import Frame

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])


def many_done() -> Frame:
    """More than fit, all of them over."""
    return frame(*(view(number, "completed") for number in range(10, 90)))


def told_above(text: str) -> bool:
    """Whether one of the lines at the top is an alarm."""
    return any(line.lstrip().startswith("⚠ ") for line in text.splitlines()[:3])


@SIZES
async def test_it_is_told_above_a_list_that_is_scrolled_away(
    size: tuple[int, int],
) -> None:
    async with shown(*founding_case(), many_done(), size=size) as screen:
        assert not told_above(screen.text())  # a row tells it
        await screen.press("end")
        assert told_above(screen.text())
        assert "2070–2072" in screen.text()
        await screen.press("home")
        assert not told_above(screen.text())


@SIZES
async def test_it_is_told_above_the_list_as_long_as_it_goes_on(
    size: tuple[int, int],
) -> None:
    first, second = founding_case()
    old = replace(second, findings=[replace(second.findings[0], found=NOW - 300)])
    async with shown(first, old, many_done(), size=size) as screen:
        await screen.press("end")
        assert told_above(screen.text())


async def test_one_that_is_over_is_not_told_for_ever() -> None:
    first, second = founding_case()
    ended = [replace(one, phase="abandoned") for one in first.transfers]
    old = [replace(second.findings[0], found=NOW - 300)]
    told = replace(second, transfers=ended, findings=old)
    async with shown(first, told, many_done(), size=SMALL) as screen:
        await screen.press("end")
        assert not told_above(screen.text())


@pytest.mark.parametrize("width", [140, 80, 60])
async def test_what_is_withdrawn_names_the_file_and_is_not_cut(width: int) -> None:
    first, second = founding_case()
    why = "the client got the file later, on its port 44669"
    gone = replace(second.findings[0], withdrawn=why, turned=NOW)
    async with shown(first, second, size=(width, 24)) as screen:
        await screen.tell(Frame(time=NOW, findings=[gone]))
        (line,) = [one for one in screen.text().splitlines() if "✓ " in one]
        if width > 60:
            assert "10.0.4.37 got pxelinux.0 later, on its port 44669" in line
        assert "w why?" in line
