import pytest
from textual import events
from textual.widgets import Input

from tests.support.pictures import frame, ports, status, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tftptui.engine.messages import FOREIGN, FREE, QUARANTINED, USED, SetPorts
from tftptui.ui.widgets.port_map import cell, grid, row, strip
from tftptui.ui.widgets.port_verdict import Typed, judge

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


def field(screen: Shown, name: str) -> Input:
    return screen.main.query_one(f"#{name}", Input)


async def type_range(screen: Shown, first: str, last: str) -> None:
    await screen.press("r", *first, "tab", *last)


@SIZES
async def test_a_range_is_applied_live(size: tuple[int, int]) -> None:
    async with shown(frame(view(1)), size=size) as screen:
        await type_range(screen, "50000", "50099")
        assert "2 transfers keep their port; new ones use 50000–50099" in screen.text()
        await screen.press("enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=50_000, last=50_099, order="random", quarantine=10)
        assert screen.wishes == [wanted]
        await screen.tell(frame(ports=ports(50_000, 50_099)))
        assert "50000–50099" in screen.text()
        assert screen.main.scope == "transfers"


async def test_the_old_value_is_selected() -> None:
    async with shown(frame()) as screen:
        await screen.press("r")
        assert field(screen, "first").selected_text == "40000"


async def test_escape_puts_the_old_values_back() -> None:
    async with shown(frame()) as screen:
        await type_range(screen, "50000", "50099")
        await screen.press("escape")
        assert field(screen, "first").value == "40000"
        assert screen.main.scope == "transfers"
        assert screen.wishes == []


@SIZES
async def test_a_refusal_is_told_and_the_field_stays(size: tuple[int, int]) -> None:
    async with shown(frame(), size=size) as screen:
        screen.engine.refuse = "port 50007 [b]is[/b] held by dnsmasq"
        await type_range(screen, "50000", "50099")
        await screen.press("enter")
        await screen.pilot.pause()
        assert "✗ port 50007 [b]is[/b] held by dnsmasq" in screen.text()
        assert field(screen, "last").has_focus


async def test_nothing_is_asked_while_something_is_wrong() -> None:
    async with shown(frame()) as screen:
        await type_range(screen, "50000", "4")
        assert "✗ the range 50000-4 runs backwards; try 4-50000" in screen.text()
        await screen.press("enter")
        assert screen.wishes == []


async def test_the_order_is_a_choice() -> None:
    async with shown(frame()) as screen:
        await screen.press("r", "tab", "tab", "space", "enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=40_000, last=40_099, order="sequential", quarantine=10)
        assert screen.wishes == [wanted]


async def test_what_is_typed_survives_news() -> None:
    async with shown(frame()) as screen:
        await screen.press("r", "5", "0")
        await screen.tell(frame(view(1), ports=ports()))
        assert field(screen, "first").value == "50"


async def test_letters_do_nothing_in_a_field() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("r", *"abcdefghijklmnopqrstuvwxyzXGQ", "question_mark")
        assert screen.on_top == "main"
        assert field(screen, "first").has_focus


async def test_tab_leaves_the_last_field_for_the_next_pane() -> None:
    async with shown(frame()) as screen:
        await screen.press("r", "tab", "tab", "tab", "tab")
        assert screen.main.scope == "packets"


@SIZES
async def test_the_range_is_drawn_port_by_port(size: tuple[int, int]) -> None:
    async with shown(frame(), size=size) as screen:
        await screen.press("3")
        text = screen.text()
    assert " 40000 ···■·············■" in text or "40000 ···■·············■" in text
    counts = {
        SMALL: "■ 2 used  ▒ 1 resting  × 1 of other programs  · 96 free",
        LARGE: "2 used · 1 resting · 1 of other programs · 96 free",
    }
    assert counts[size] in text


TYPED = Typed("40000", "40099", "random", "10")


@pytest.mark.parametrize(
    ("typed", "says", "allowed"),
    [
        (TYPED, "as it is now", True),
        (Typed("", "40099", "random", "10"), "“from” needs a port number", False),
        (Typed("0", "40099", "random", "10"), "port 0 does not exist", False),
        (Typed("1", "65536", "random", "10"), "port 65536 does not exist", False),
        (Typed("9", "8", "random", "10"), "runs backwards", False),
        (Typed("9", "8000", "random", ""), "“rest” needs a number", False),
        (Typed("9", "8000", "random", "nan"), "may rest", False),
        (Typed("69", "99", "random", "1"), "below 1024 need root", True),
        (Typed("50000", "50000", "random", "1"), "only 1 for 2 in use", True),
        (Typed("6969", "6969", "random", "1"), "choose another port", False),
        (Typed("6000", "7000", "random", "1"), "6969 takes requests", True),
        (Typed("50000", "50099", "random", "1"), "new ones use 50000–50099", True),
    ],
)
def test_what_is_typed_is_judged(typed: Typed, says: str, allowed: bool) -> None:  # noqa: FBT001
    verdict = judge(typed, ports(), status().port)
    assert says in verdict.text
    assert (verdict.command is not None) == allowed


@pytest.mark.parametrize("count", [1, 7, 100, 101, 8_545, 65_535])
@pytest.mark.parametrize("width", [1, 9, 40, 86, 200])
@pytest.mark.parametrize("height", [1, 2, 30])
def test_a_range_always_fits(count: int, width: int, height: int) -> None:
    plan = grid(count, width, height)
    assert plan.columns <= width
    assert plan.rows <= height or (width > 10 and plan.rows <= height + 1)
    assert plan.columns * plan.rows * plan.share >= count


def test_rows_begin_with_round_numbers() -> None:
    assert grid(100, 48, 9).columns == 40


def test_a_cell_shows_the_most_telling_state() -> None:
    assert cell(bytes([FREE, FREE])) == ("·", FREE)
    assert cell(bytes([FREE, QUARANTINED])) == ("▒", QUARANTINED)
    assert cell(bytes([FOREIGN, QUARANTINED])) == ("×", FOREIGN)
    assert cell(bytes([USED, FOREIGN])) == ("▄", USED)
    assert cell(bytes([USED, USED])) == ("█", USED)


def test_runs_are_merged() -> None:
    assert row(bytes([FREE, FREE, USED, USED, FREE]), 1) == [
        ("··", FREE),
        ("■■", USED),
        ("·", FREE),
    ]


def test_the_strip_shows_where_clients_came_from() -> None:
    cells = list(strip([(0, True), (65_535, False), (65_534, True)], 10))
    assert cells[0] == ("▄", True)
    assert cells[5] == ("·", None)
    assert cells[9] == ("█", False)


@SIZES
async def test_what_is_typed_ahead_goes_to_the_next_field(
    size: tuple[int, int],
) -> None:
    async with shown(frame(), size=size) as screen:
        await screen.press("r")
        for key in [*"50000", "tab", *"50009"]:
            character = key if len(key) == 1 else "\t"
            screen.app.post_message(events.Key(key, character))
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert field(screen, "first").value == "50000"
        assert field(screen, "last").value == "50009"
