"""One line shows the most important message, counts the rest, and opens it."""

import pytest
from msgspec.structs import replace

from tests.support.pictures import NOW, frame, status, view
from tests.support.port_scene import exhausted_case
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.why_scene import finding, founding_case
from tftptui.engine.messages import Frame, Refusal
from tftptui.ui.bars.message_line import QUIET, status_messages
from tftptui.ui.store import Store

SIZES = pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE])
NOTICE = frame(status=status(notices=["listening on 6969 instead of 69"]))
DENIED = Refusal(
    time=NOW,
    client="10.0.4.9",
    client_tid=2_070,
    file="x.cfg",
    reason="denied",
    message="uploads are off",
    direction="write",
)


def line(screen: Shown) -> str:
    return screen.text().splitlines()[1]


def top_of_panes(screen: Shown) -> list[int]:
    return [pane.region.y for pane in screen.main.panes if pane.display]


@SIZES
async def test_no_pane_moves_when_messages_come(size: tuple[int, int]) -> None:
    async with shown(frame(view(1)), size=size) as screen:
        assert QUIET in line(screen)
        before = top_of_panes(screen)
        for told in (NOTICE, frame(refusals=[DENIED]), *founding_case()):
            await screen.tell(told)
            assert top_of_panes(screen) == before
        screen.app.store.end("the process ended with exit status 1")
        screen.main.on_frame_arrived()
        await screen.pilot.pause()
        assert "Server down" in line(screen)
        assert "R restarts" in line(screen)
        assert top_of_panes(screen) == before


async def test_the_worst_is_said_and_the_others_are_counted() -> None:
    async with shown(frame(refusals=[DENIED]), *founding_case(), NOTICE) as screen:
        assert "2070–2072" in line(screen)
        assert "2 more" in line(screen)
        await screen.press("M")
        text = screen.text()
        places = [text.index(one) for one in ("2070–2072", "upload of", "instead of")]
        assert places == sorted(places)


async def test_w_opens_the_finding_that_the_line_speaks_of() -> None:
    other = finding(number=9, code="file-missing", broken=[], headline="no x.cfg")
    first, second = founding_case()
    blocked = replace(second.findings[0], broken=["answer"])
    later = frame(findings=[blocked, other])
    async with shown(first, later) as screen:
        assert "2070–2072" in line(screen)
        await screen.press("4", "w")
        assert "Why does 10.0.4.37 not get pxelinux.0?" in screen.text()


async def test_a_chosen_row_with_a_finding_of_its_own_has_the_key_for_itself() -> None:
    rows = frame(view(1, file="a"), view(2, file="b"))
    found = [
        finding(number=1, headline="about a", transfers=[1], file="a"),
        finding(number=2, headline="about b", transfers=[2], file="b"),
    ]
    async with shown(rows, frame(findings=found)) as screen:
        assert "about b" in line(screen)
        await screen.press("end", "k", "w")
        assert "about a" in screen.text()
        await screen.press("escape")
        assert "w why?" not in line(screen)


async def test_a_click_opens_it_and_the_count_all_of_them() -> None:
    async with shown(*founding_case(), NOTICE) as screen:
        await screen.pilot.click("#message", offset=(9, 0))
        await screen.pilot.pause()
        assert screen.on_top == "WhyScreen"
        await screen.press("escape")
        place = line(screen).index("1 more")
        await screen.pilot.click("#message", offset=(place, 0))
        await screen.pilot.pause()
        assert screen.on_top == "AllMessagesScreen"
        await screen.press("enter")
        assert screen.on_top == "WhyScreen"


async def test_a_long_notice_is_whole_on_its_page() -> None:
    words = "no system user can read this folder; " * 4
    async with shown(frame(status=status(notices=[words])), size=SMALL) as screen:
        assert "w show all" in line(screen)
        await screen.press("w")
        text = " ".join(screen.text().replace("│", " ").split())
        assert words.strip() in text


def test_a_finding_that_a_refusal_speaks_of_is_said_once() -> None:
    full = finding(number=3, code="range-exhausted", headline="all ports in use")
    store = Store()
    store.fold(exhausted_case())
    store.fold(Frame(time=NOW, findings=[full]))
    (only,) = status_messages(store, [], NOW)
    assert only.whole.startswith("✗ no free port: all 10 are in use")
    assert only.finding == full.number
