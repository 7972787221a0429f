import msgspec
import pytest
from textual import events
from textual.widgets import Input

from tests.support.pictures import NOW, frame, ports, status, view
from tests.support.port_scene import blocked_client, exhausted_case
from tests.support.screens import LARGE, SMALL, Shown, shown
from tftptui.engine.messages import QUARANTINED, USED, Frame, PortMap, SetPorts
from tftptui.ui.panes.ports.map import LABEL, NAME

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE])


def field(screen: Shown, name: str) -> Input:
    return screen.main.query_one(f"#{name}", Input)


async def type_range(screen: Shown, first: str, last: str) -> None:
    await screen.press("r", *first, "tab", *last)


@SIZES
async def test_a_range_is_applied_live(size: tuple[int, int]) -> None:
    async with shown(frame(view(1)), size=size) as screen:
        await type_range(screen, "50000", "50099")
        assert (
            "2 transfers keep their port; new transfers use 50000–50099"
            in screen.text()
        )
        await screen.press("enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=50_000, last=50_099, order="random", quarantine=10)
        assert screen.wishes == [wanted]
        await screen.tell(frame(ports=ports(50_000, 50_099)))
        assert "50000–50099" in screen.text()
        assert screen.main.scope == "transfers"


async def test_a_range_may_be_typed_as_it_is_written() -> None:
    async with shown(frame()) as screen:
        await screen.press("r", *"41000", "minus", *"41001")
        assert field(screen, "first").value == "41000"
        assert field(screen, "last").value == "41001"
        await screen.press("minus", "minus")
        assert field(screen, "last").value == "41001"


@pytest.mark.parametrize("text", ["41000-41001", " 41000 – 41001\n", "41000:41001"])
async def test_a_pasted_range_fills_both_fields(text: str) -> None:
    async with shown(frame()) as screen:
        await screen.press("r")
        field(screen, "first").post_message(events.Paste(text))
        await screen.pilot.pause()
        assert field(screen, "first").value == "41000"
        assert field(screen, "last").value == "41001"
        await screen.press("enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=41_000, last=41_001, order="random", quarantine=10)
        assert screen.wishes == [wanted]


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
        while "✗ port 50007 [b]is[/b] held by dnsmasq" not in screen.text():
            await screen.pilot.pause()  # the test's own timeout ends it
        await screen.tell(frame(view(1)))
        screen.main._tick()
        await screen.pilot.pause()
        assert "✗ port 50007 [b]is[/b] held by dnsmasq" in screen.text()
        assert field(screen, "last").has_focus


async def test_nothing_is_asked_while_something_is_wrong() -> None:
    async with shown(frame()) as screen:
        await type_range(screen, "50000", "4")
        assert "✗ 50000-4: the first port is above the last" in screen.text()
        await screen.press("enter")
        assert screen.wishes == []


async def test_the_order_is_a_choice() -> None:
    async with shown(frame()) as screen:
        await screen.press("r", "tab", "tab", "space", "enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=40_000, last=40_099, order="sequential", quarantine=10)
        assert screen.wishes == [wanted]


@SIZES
async def test_the_fields_follow_a_range_that_is_taken_back(
    size: tuple[int, int],
) -> None:
    async with shown(frame(), size=size) as screen:
        await type_range(screen, "40000", "40004")
        await screen.press("enter")
        await screen.pilot.pause()
        # In a small window the pane is hidden now, and gets no updates.
        await screen.tell(frame(ports=ports(40_000, 40_004)))
        await screen.press("u")
        await screen.tell(frame(ports=ports()))
        await screen.press("3")
        assert field(screen, "last").value == "40099"
        await screen.press("r")
        assert field(screen, "last").value == "40099"


async def test_fields_left_without_enter_show_the_range_in_use() -> None:
    async with shown(frame()) as screen:
        await type_range(screen, "40000", "40004")
        await screen.press("tab", "tab", "tab")
        await screen.tell(frame(ports=ports()))
        assert field(screen, "last").value == "40099"


async def test_what_was_typed_stays_until_the_engine_tells_of_it() -> None:
    async with shown(frame()) as screen:
        await type_range(screen, "40000", "40004")
        await screen.press("enter")
        await screen.pilot.pause()
        await screen.tell(Frame(time=NOW, transfers=[view(1)]))
        assert field(screen, "last").value == "40004"


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
    assert "ours   40000 ···■·············■·············▒···" in text
    counts = {
        SMALL: "■ 2 in use  ▒ 1 cooling down  × 1 in use elsewhere  · 96 free",
        LARGE: "2 in use · 1 cooling down · 1 in use elsewhere · 96 free",
    }
    assert counts[size] in text


SMALLEST = (60, 15)
ALL_SIZES = pytest.mark.parametrize("size", [SMALLEST, SMALL, LARGE])


@ALL_SIZES
async def test_the_cursor_tells_of_each_port(size: tuple[int, int]) -> None:
    async with shown(blocked_client(), size=size) as screen:
        await screen.press("3", "n")
        assert "40007 in use for 8 s by 10.0.4.37:2070 · pxelinux" in screen.text()
        await screen.press("n")
        assert "40008 is available, cooling down for 10 s more after" in screen.text()
        await screen.press("N", "N", "N")
        assert "40071 is in use by another program" in screen.text()
        await screen.press("h")
        assert "40070 is in use by dnsmasq (pid 812)" in screen.text()
        await screen.press("g", "l")
        assert "40001 is free · last used by 10.0.4.40:1200" in screen.text()
        await screen.press("G")
        assert "40099 is free · not used yet" in screen.text()


async def test_a_blocked_port_tells_the_finding() -> None:
    async with shown(blocked_client(), size=SMALL) as screen:
        await screen.press("3", "n")
        assert "· ! answers to" in screen.text()
        assert "■ 3 in use, oldest 8 s  ! 3 unanswered" in screen.text()


async def test_it_is_said_that_another_range_is_no_cure() -> None:
    async with shown(blocked_client(), size=SMALL) as screen:
        await screen.press("3")
        hint = "! another range will not help 10.0.4.37: the block is on the client"
        assert hint in screen.text()
        await type_range(screen, "40000", "40009")
        assert "! this will not help 10.0.4.37: the block is on" in screen.text()


@ALL_SIZES
async def test_enter_opens_the_transfer_of_a_port(size: tuple[int, int]) -> None:
    async with shown(blocked_client(), size=size) as screen:
        await screen.press("3", "n", "enter")
        assert screen.on_top == "TransferScreen"
        await screen.press("escape", "g", "enter")
        assert screen.on_top == "main"


async def test_its_packets_are_shown_alone() -> None:
    async with shown(blocked_client()) as screen:
        await screen.press("3", "n", "equals_sign")
        assert screen.main.scope == "packets"


@ALL_SIZES
async def test_the_cursor_goes_down_to_the_clients_ports(size: tuple[int, int]) -> None:
    async with shown(blocked_client(), size=size) as screen:
        await screen.press("3", *["down"] * 9, "home", "n", "n")
        assert "10.0.4.37:2072 pxelinux.0 6 s ago: failed" in screen.text()
        await screen.press("enter")
        assert screen.on_top == "TransferScreen"
        await screen.press("escape", "n")
        assert "10.0.4.9:25300 /grub.cfg 40 s ago: file not found" in screen.text()
        await screen.press("up", "g")
        assert "40000 is free" in screen.text()


async def test_a_click_puts_the_cursor_there_and_a_second_one_opens() -> None:
    async with shown(blocked_client(), size=SMALL) as screen:
        await screen.press("3")
        place = (NAME + LABEL + 1 + 18, 0)
        await screen.pilot.click("#range-map", offset=place)
        assert "40018 in use for 6 s by 10.0.4.37:2072" in screen.text()
        await screen.pilot.click("#range-map", offset=place)
        await screen.pilot.pause()
        assert screen.on_top == "TransferScreen"


async def test_a_large_range_can_be_looked_at_closer() -> None:
    given = bytearray(64_512)
    given[10_000] = 1
    every = PortMap(
        first=1_024, last=65_535, order="random", quarantine=1, states=bytes(given)
    )
    async with shown(frame(ports=every), size=SMALL) as screen:
        await screen.press("3", "n")
        assert "1 in use, " in screen.text()
        assert "ports a cell" in screen.text()
        await screen.press("space", "n")
        assert "11024 is in use" in screen.text()
        await screen.press("space")
        assert "ports a cell" in screen.text()


async def test_proposals_fill_the_fields() -> None:
    async with shown(blocked_client(), size=SMALL) as screen:
        await screen.press("r", "down")
        assert field(screen, "first").value == "61000"
        assert "1000 ports above the system" in screen.text()
        await screen.press("up")
        assert "every reply comes from the request port" in screen.text()
        await screen.press("down", "enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=61_000, last=61_999, order="random", quarantine=10)
        assert screen.wishes == [wanted]


@ALL_SIZES
async def test_exhaustion_is_loud_and_cured_by_two_keys(size: tuple[int, int]) -> None:
    async with shown(exhausted_case(), size=size) as screen:
        await screen.press("3")
        text = screen.text()
        assert "no free port: all 10 are in use" in text
        await screen.press("r", "down", "enter")
        await screen.pilot.pause()
        wanted = SetPorts(first=40_000, last=40_019, order="random", quarantine=10)
        assert screen.wishes == [wanted]


async def test_the_firewall_rules_follow_what_is_typed() -> None:
    async with shown(blocked_client()) as screen:
        await screen.press("3", "z")
        await screen.pilot.pause()
        assert "sport 40000-40099" in screen.text()
        assert "▸ insert" not in screen.text()
        await type_range(screen, "31000", "31009")
        rules = [line for line in screen.text().splitlines() if "▸ insert" in line]
        assert len(rules) == 1
        assert "sport 31000-31009 udp dport 1024-65535" in rules[0]
        await screen.press("tab", "space", "space")
        assert "udp sport 6969 udp dport 1024-65535" not in screen.text()
        assert "udp dport 6969 accept" in screen.text()


async def test_a_range_whose_ports_only_cool_down_is_not_called_used_up() -> None:
    cooling = PortMap(
        first=50_000,
        last=50_001,
        order="random",
        quarantine=10.0,
        states=bytes([QUARANTINED, USED]),
        single_port=False,
    )
    async with shown(frame(ports=cooling), size=SMALL) as screen:
        await screen.press("3")
        assert "NO FREE PORT" not in screen.text()
        used = msgspec.structs.replace(cooling, states=bytes([USED, USED]))
        await screen.tell(frame(ports=used))
        assert "NO FREE PORT" in screen.text()


async def test_a_change_is_undone_by_one_key() -> None:
    async with shown(frame(), size=SMALL) as screen:
        await screen.press("3")
        assert "u undo" not in screen.text()
        await type_range(screen, "50000", "50099")
        await screen.press("enter")
        await screen.tell(frame(ports=ports(50_000, 50_099)))
        assert "✓ now 50000–50099, random, reuse delay 10 s" in screen.text()
        assert "u undo " in screen.text()
        await screen.press("u")
        await screen.pilot.pause()
        back = SetPorts(first=40_000, last=40_099, order="random", quarantine=10)
        assert screen.wishes[1:] == [back]
        assert "undone: ports 40000–40099" in screen.text()
        assert "u undo " not in screen.text()


async def test_the_line_of_all_ports_follows_the_range() -> None:
    async with shown(frame(), size=SMALL) as screen:
        await screen.press("3")
        assert "┊···━·····┊" in screen.text()
        await screen.tell(frame(ports=ports(1_024, 65_535)))
        assert "━" * 50 in screen.text()


async def test_what_could_not_be_undone_is_told() -> None:
    async with shown(frame(), size=SMALL) as screen:
        await type_range(screen, "50000", "50099")
        await screen.press("enter")
        await screen.tell(frame(ports=ports(50_000, 50_099)))
        screen.engine.refuse = "no [b]way[/b] back"
        await screen.press("u")
        await screen.pilot.pause()
        assert "no [b]way[/b] back" in screen.text()


@SIZES
@pytest.mark.parametrize("pane", "13")
async def test_what_is_typed_ahead_goes_to_the_next_field(
    size: tuple[int, int], pane: str
) -> None:
    async with shown(frame(), size=size) as screen:
        await screen.press(pane)
        for key in ["r", *"50000", "tab", *"50009"]:
            character = key if len(key) == 1 else "\t"
            screen.app.post_message(events.Key(key, character))
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert field(screen, "first").value == "50000"
        assert field(screen, "last").value == "50009"


async def test_the_clients_ports_have_their_scale_beside_the_other_panes() -> None:
    async with shown(frame(view(1)), size=LARGE) as screen:
        lines = screen.text().splitlines()
        (place,) = [n for n, line in enumerate(lines) if "theirs " in line]
        for port in ("1024", "2048", "32768"):
            column = lines[place + 1].index(port)
            assert lines[place][column] == "┊"


@SIZES
async def test_a_capture_tells_of_no_range_and_shows_the_clients_ports(
    size: tuple[int, int],
) -> None:
    seen = frame(view(1, "completed"), status=status(source="capture"), ports=None)
    async with shown(seen, size=size) as screen:
        await screen.press("3")
        text = screen.text()
        assert "a capture does not show the server's port range" in text
        assert "clients    0 " in text
        assert "boot ROM" in text
        assert "no range yet" not in text
        assert "ours" not in text


async def test_in_a_low_pane_the_scale_gives_way_to_what_is_to_be_told() -> None:
    async with shown(frame(view(1)), size=(140, 32)) as screen:
        assert " 32768 " in screen.text()
        await screen.press("r")
        assert " 32768 " not in screen.text()
        assert "unchanged · type a range" in screen.text()
        await screen.press("escape")
        assert " 32768 " in screen.text()
        await screen.press("3", "n")
        assert "40003 is" in screen.text()
