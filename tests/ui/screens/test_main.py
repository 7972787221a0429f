from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.support.pane_host import acknowledgements, packets
from tests.support.pictures import NOW, a_busy_server, frame, ports, status, view
from tests.support.screens import LARGE, SMALL, shown
from tests.support.why_scene import founding_case
from tests.ui.panes.transfers.test_model import tries
from tftptui.engine.messages import Refusal
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.bars.header import lan_address

WIDE = (200, 40)
NAMES = ("Transfers", "Files", "Ports", "Packets")


async def test_four_panes_are_shown_at_once_when_there_is_room() -> None:
    async with shown(*a_busy_server(), size=(132, 30)) as screen:
        assert all(pane.display for pane in screen.main.panes)
        assert all(f"{n} {name}" in screen.text() for n, name in enumerate(NAMES, 1))


@pytest.mark.parametrize("size", [(100, 30), (131, 60)])
async def test_between_them_transfers_are_shown_with_another_pane(
    size: tuple[int, int],
) -> None:
    async with shown(*a_busy_server(), size=size) as screen:

        def seen() -> list[int]:
            return [pane.digit for pane in screen.main.panes if pane.display]

        assert seen() == [1, 4]
        await screen.press("2")
        assert seen() == [1, 2]
        assert screen.main.scope == "files"
        await screen.press("1")
        assert seen() == [1, 2]
        await screen.press("z")
        assert seen() == [1]
        await screen.press("3", "z")
        assert seen() == [1, 3]


async def test_the_row_with_the_cursor_is_one_bar_in_the_list_with_the_focus() -> None:
    async with shown(*a_busy_server()) as screen:
        rows = screen.main._transfers._list
        colors = [{one.style and one.style.bgcolor for one in rows.render_line(1)}]
        await screen.press("2")
        colors.append({one.style and one.style.bgcolor for one in rows.render_line(1)})
    assert [len(one) for one in colors] == [1, 1]
    assert colors[0] != colors[1]


@pytest.mark.parametrize("size", [SMALL, (60, 15), (99, 40), (140, 29)])
async def test_one_pane_is_shown_when_there_is_none(size: tuple[int, int]) -> None:
    async with shown(*a_busy_server(), size=size) as screen:
        assert [pane.digit for pane in screen.main.panes if pane.display] == [1]
        tabs = screen.text().splitlines()[2]
        assert tabs.startswith(" 1 Transfers   2 Files   3 Ports   4 Packets")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("digit", [1, 2, 3, 4])
async def test_a_digit_leads_to_its_pane(size: tuple[int, int], digit: int) -> None:
    async with shown(*a_busy_server(), size=size) as screen:
        await screen.press("tab", str(digit))
        pane = screen.main.panes[digit - 1]
        assert pane.display
        assert pane.has_focus_within


async def test_tab_goes_round_and_back() -> None:
    async with shown(*a_busy_server()) as screen:
        seen = []
        for key in ("tab", "tab", "tab", "tab", "shift+tab"):
            await screen.press(key)
            seen.append(screen.main.scope)
    assert seen == ["files", "ports", "packets", "transfers", "packets"]


async def test_the_title_of_the_focused_pane_has_a_mark() -> None:
    async with shown(*a_busy_server()) as screen:
        assert "▸ 1 Transfers" in screen.text()
        await screen.press("3")
        assert "▸ 3 Ports" in screen.text()
        assert "▸ 1 Transfers" not in screen.text()


@pytest.mark.parametrize("key", ["z", "1"])
async def test_zoom_and_back(key: str) -> None:
    async with shown(*a_busy_server()) as screen:
        await screen.press(key)
        assert [pane.digit for pane in screen.main.panes if pane.display] == [1]
        await screen.press("3")
        assert [pane.digit for pane in screen.main.panes if pane.display] == [3]
        await screen.press("z")
        assert all(pane.display for pane in screen.main.panes)


async def test_a_pane_catches_up_when_it_is_shown() -> None:
    async with shown(frame(view(1, file="one")), size=SMALL) as screen:
        await screen.press("3")
        await screen.tell(frame(view(2, file="two")))
        await screen.press("1")
        assert "two" in screen.text()


async def test_a_storm_of_sizes_harms_nothing() -> None:
    async with shown(*a_busy_server()) as screen:
        for width, height in [(20, 5), (200, 60), (1, 1), (60, 15), (99, 31), LARGE]:
            await screen.pilot.resize_terminal(width, height)
        await screen.pilot.pause()
        assert all(pane.display for pane in screen.main.panes)
        assert "u-boot.img" in screen.text()


async def test_the_bottom_line_has_only_keys_that_work() -> None:
    async with shown(frame(view(1, "completed"))) as screen:
        assert "X abort" not in screen.text()
        await screen.tell(frame(view(2)))
        await screen.press("home")
        assert "X abort" in screen.text()
        await screen.press("r")
        bottom = screen.text().splitlines()[-1]
        keys = "enter apply  ↓ proposals  tab next  esc cancel  F1 keys  ctrl+p palette"
        assert bottom.strip() == keys


async def test_space_is_told_to_follow_while_packets_are_held() -> None:
    async with shown(frame(view(1)), packets(*acknowledgements(range(1, 9)))) as screen:
        await screen.press("4")
        assert "space pause" in screen.text()
        await screen.press("space")
        assert "space follow" in screen.text()
        await screen.press("space")
        assert "space pause" in screen.text()


async def test_under_a_question_another_key_says_that_it_comes_first() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("X", "j")
        assert screen.on_top == "Question"
        assert "press y to abort" in screen.text()
        await screen.press("escape")
        assert screen.on_top == "main"


@pytest.mark.parametrize(("key", "title"), [("f", "Firewall"), ("w", "Why")])
async def test_a_page_tells_its_keys_too(key: str, title: str) -> None:
    async with shown(*founding_case()) as screen:
        await screen.press(key, "question_mark")
        assert screen.on_top == "HelpScreen"
        assert f"Keys · {title}" in screen.text()
        await screen.press("escape")
        assert screen.on_top != "main"


async def test_what_was_told_a_moment_ago_belongs_to_its_page() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        await screen.press("4", "n")
        assert "No problem" in screen.text()
        await screen.press("question_mark")
        assert "No problem" not in screen.text()
        await screen.press("escape")
        assert "No problem" not in screen.text()


async def test_the_bottom_line_can_be_clicked() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        place = screen.text().splitlines()[-1].index("X abort")
        await screen.pilot.click("#footer", offset=(place, 0))
        await screen.pilot.pause()
        assert "abort pxelinux.0 to" in screen.text()


async def test_a_tab_can_be_clicked() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        await screen.pilot.click("#tabs", offset=(30, 0))
        await screen.pilot.pause()
        assert screen.main.scope == "ports"


@pytest.mark.parametrize("width", range(40, 180, 7))
async def test_the_top_line_fits_any_width(width: int) -> None:
    async with shown(*a_busy_server(), size=(width, 20)) as screen:
        assert len(screen.main._header._line()) == width
        assert "4▶" in (top := screen.text().splitlines()[0]) or "4 active" in top


async def test_ports_of_a_range_before_are_used_as_long_as_transfers_run() -> None:
    moved = ports(50_000, 50_099)
    free = replace(moved, states=bytes(100))
    begun = frame(view(1, server_tid=40_001), view(2, server_tid=40_002), ports=free)
    async with shown(begun, size=(200, 40)) as screen:
        assert "50000–50099 random    2 in use" in screen.text().splitlines()[0]


async def test_where_nothing_is_served_no_port_is_told() -> None:
    async with shown(*a_busy_server(), size=(180, 40)) as screen:
        screen.app.store.end("it crashed")
        screen.main.on_frame_arrived()
        await screen.pilot.pause()
        top = screen.text().splitlines()[0]
        assert "✗ not serving" in top
        assert "in use" not in top


async def test_self_tests_are_not_counted_as_served() -> None:
    some = Counters(started=5, completed=4, failed=1)
    tests = [view(n, "completed", kind=SELF_TEST) for n in (1, 2, 3)]
    failed = view(4, "failed", kind=SELF_TEST)
    served = view(5, "completed")
    async with shown(frame(*tests, failed, served, counters=some)) as screen:
        top = screen.text().splitlines()[0]
        assert "1 done" in top
        assert "1 failed" not in top


async def test_refused_self_tests_are_no_client_s() -> None:
    some = Counters(requests=2, refused=2)
    own = Refusal(
        time=NOW,
        client="127.0.0.1",
        client_tid=45_000,
        file="hello.txt",
        reason="denied",
        message="this server takes no requests from 127.0.0.1",
        kind=SELF_TEST,
    )
    theirs = replace(own, client="10.0.4.22", kind="U-Boot")
    alone = frame(refusals=[own], counters=replace(some, refused=1))
    async with shown(alone) as screen:
        assert "1 refused" not in screen.text()
    async with shown(frame(refusals=[own, theirs], counters=some)) as screen:
        assert "1 refused" in screen.text().splitlines()[0]
        assert list(screen.app.store.refusals) == [theirs]


async def test_the_top_line_tells_endings_apart_as_the_journal_does() -> None:
    some = Counters(started=9, completed=1, failed=2, abandoned=3, aborted=2)
    async with shown(frame(view(1), counters=some), size=(240, 40)) as screen:
        top = screen.text().splitlines()[0]
    words = " ".join(top.split())
    assert "1 done 0 unconfirmed 2 failed 3 gave up 2 aborted 0 refused" in words


async def test_tries_of_one_boot_are_active_and_stalled_once() -> None:
    stalled = tries(1, 2, 3, phase="stalled")
    some = Counters(started=4)
    async with shown(frame(*stalled, view(4), counters=some)) as screen:
        top = " ".join(screen.text().splitlines()[0].split())
    assert "2 active 1 stalled" in top


async def test_where_there_is_no_room_marks_still_tell_failed_from_refused() -> None:
    some = Counters(started=9, completed=1, failed=2, abandoned=3, aborted=2, refused=4)
    async with shown(frame(view(1), counters=some), size=(80, 24)) as screen:
        assert "1●    0◐    7✗    4⊗" in screen.text().splitlines()[0]
        await screen.pilot.resize_terminal(40, 15)
        assert "1●    7✗    4⊗" in screen.text().splitlines()[0]


async def test_the_top_line_has_everything_when_there_is_room() -> None:
    async with shown(*a_busy_server(), size=(240, 40)) as screen:
        top = screen.text().splitlines()[0]
    for words in (
        "tftptui",
        "/srv/images",
        ":6969",
        "ports 40000–40099 random",
        "2 in use",
        "12.1 MB/s",
        "▁ max ",
        "1 stalled",
        "211 done",
        "1 unconfirmed",
        "2 failed",
        "1 gave up",
    ):
        assert words in top


@pytest.mark.parametrize(
    ("names", "size", "told"),
    [
        (["boot.img"], WIDE, "boot.img"),
        (["a.img", "b", "c", "d"], WIDE, "a.img, b, c, … (4)"),
        (["a-long-image.img", "b", "c", "d"], (168, 20), "a-long-image.img +3"),
    ],
)
async def test_the_top_line_names_what_is_served_side_by_side(
    names: list[str], size: tuple[int, int], told: str
) -> None:
    named = [(name, f"/srv/{name}") for name in names]
    quiet = frame(status=replace(status(), named=named))
    async with shown(quiet, size=size) as screen:
        assert f" {told} " in screen.text().splitlines()[0]


async def test_below_a_window_the_bottom_line_offers_no_keys() -> None:
    async with shown(*founding_case()) as screen:
        assert "r range" in screen.text().splitlines()[-1]
        await screen.press("w")
        assert screen.text().splitlines()[-1].strip() == ""
        await screen.press("escape")
        assert "r range" in screen.text().splitlines()[-1]


@pytest.mark.parametrize("width", range(60, 100, 3))
async def test_what_stands_beside_the_tabs_is_never_cut(width: int) -> None:
    async with shown(*a_busy_server(), size=(width, 24)) as screen:
        for digit in "1234":
            await screen.press(digit)
            assert "…" not in screen.text().split("4 Packets")[1].splitlines()[0]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_a_capture_has_no_speed_of_now(size: tuple[int, int]) -> None:
    first, later = a_busy_server()
    seen = replace(first, status=status(source="capture"), ports=None)
    async with shown(seen, later, size=size) as screen:
        header = screen.text().splitlines()[0]
        ended = datetime.fromtimestamp(NOW).astimezone()
        assert "capture, ends " in header
        assert f"{ended:%H:%M:%S}" in header
        assert "B/s" not in header
        assert "↑" not in header
        assert "▁" not in header


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_what_uploads_bring_is_told_beside_what_is_sent(
    size: tuple[int, int],
) -> None:
    begun = view(1, direction="write", total_size=None, acked_bytes=0)
    allowed = {"write": "new"}
    async with shown(frame(begun, time=NOW - 1, settings=allowed), size=size) as screen:
        later = view(1, direction="write", total_size=None, acked_bytes=2_000_000)
        await screen.tell(frame(later))
        header = " ".join(screen.text().splitlines()[0].split())
        assert "↓ 2.0 M" in header.replace("↓2", "↓ 2").replace("2.0M", "2.0 M")


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140, 200])
async def test_nothing_in_the_top_line_moves_as_numbers_grow(width: int) -> None:
    here = status(addresses=["fe80::1", "192.168.1.10"])
    async with shown(frame(status=here), size=(width, 24)) as screen:
        before = screen.text().splitlines()[0]
        many = Counters(
            started=140_000,
            completed=123_456,
            failed=1_200,
            abandoned=900,
            refused=70_000,
            unconfirmed=7,
            bytes_sent=10**9,
        )
        news = (view(1), view(2, "stalled"))
        await screen.tell(frame(*news, status=here, counters=many))
        after = screen.text().splitlines()[0]
    blank = str.maketrans("0123456789kMG.", " " * 14)
    assert "192.168.1.10:6969" in before
    assert before.translate(blank) == after.translate(blank)


@pytest.mark.parametrize(
    ("listeners", "addresses", "told"),
    [
        (["0.0.0.0:69", "[::]:69"], ["fd00::9", "10.0.4.1"], "10.0.4.1:69"),
        (["[::]:69"], ["fd00::9"], "[fd00::9]:69"),
        (["192.0.2.7:69"], ["10.0.4.1"], "192.0.2.7:69"),
        (["0.0.0.0:69"], [], ":69"),
    ],
)
def test_the_address_is_one_that_clients_would_use(
    listeners: list[str], addresses: list[str], told: str
) -> None:
    one = status(listeners=listeners, addresses=addresses, port=69)
    assert lan_address(one) == told


async def test_without_color_the_row_with_the_cursor_is_reversed_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with shown(*a_busy_server()) as screen:
        rows = screen.main._transfers._list
        styles = [one.style for one in rows.render_line(1)]
        assert [one and (one.reverse, one.bold) for one in styles] == [(True, True)]
        plain = screen.main._transfers.rich_style
        assert styles[0] is not None
        assert styles[0].bgcolor == plain.bgcolor
        await screen.press("2")
        assert not any(one.style and one.style.reverse for one in rows.render_line(1))
