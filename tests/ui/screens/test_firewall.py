"""The firewall screen, and its choices."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.pictures import NOW, frame, status, view
from tests.support.screens import LARGE, SMALL, shown
from tests.support.why_scene import finding, founding_case
from tftptui.engine.messages import Finding, Frame, HostNetwork
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import SituationError, Way, Where
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.telemetry.ttl_walks import Location, Walk
from tftptui.ui.firewall.observed_traffic import seen_lines
from tftptui.ui.firewall.rule_choice import Wishes
from tftptui.ui.store import Store

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])


def store_of(*frames: Frame) -> Store:
    store = Store()
    for one in frames:
        store.fold(one)
    return store


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def ticket(folder: Path) -> tuple[str, str]:
    (path,) = folder.glob("*.md")
    return path.name, path.read_text(encoding="utf-8")


def table_of(folder: Path, name: str) -> str:
    return (folder / name).with_suffix(".csv").read_text(encoding="utf-8")


def test_what_the_store_saw_is_read_as_traffic() -> None:
    traffic = traffic_of(seen_lines(store_of(*founding_case())))
    assert traffic.missing is Part.ANSWERS
    assert {flow.client_tid for flow in traffic.failed} == {2070, 2071, 2072}
    assert [flow.client_tid for flow in traffic.completed] == [40_921]
    assert str(traffic.ports) == "40000-40099"
    assert traffic.port == 6969


def test_a_request_without_an_answer_is_no_flow() -> None:
    lonely = frame(view(1, server_tid=0, phase="abandoned"))
    assert traffic_of(seen_lines(store_of(lonely))).flows == ()


async def test_a_capture_tells_nothing_of_the_ports_of_a_server() -> None:
    seen = frame(view(1), status=status(source="capture", port=69), ports=None)
    async with shown(seen) as screen:
        await screen.press("f")
        assert "1024–65535 ◄── 1024–65535" in screen.text()
        await screen.press("Y")
        told = screen.app.clipboard
        assert "requires: the server replies from no port below 1024" in told
        assert "request port (tftptui: --single-port; dnsmasq: --tftp-" in told


def test_what_runs_was_seen_until_now() -> None:
    begun = view(1, started=NOW - 14, moved=NOW - 14)
    (flow,) = traffic_of(seen_lines(store_of(frame(begun)))).flows
    assert (datetime.fromisoformat(flow.last).timestamp()) == NOW


def test_who_ended_it_by_an_error_has_heard_us() -> None:
    over = view(1, phase="failed", peer_error=3, retransmits=4)
    assert traffic_of(seen_lines(store_of(frame(over)))).failed == ()


def test_a_transfer_under_way_is_no_failure() -> None:
    traffic = traffic_of(seen_lines(store_of(frame(view(1)))))
    assert traffic.failed == ()


@SIZES
async def test_both_directions_are_shown_and_the_missing_one_marked(
    size: tuple[int, int],
) -> None:
    async with shown(*founding_case(), size=size) as screen:
        await screen.press("f")
        text = screen.text()
        assert "10.0.4.0/24 → 10.0.1.5" in text
        (answers,) = [line for line in text.splitlines() if "answers" in line][:1]
        assert "▲ blocked?" in answers
        assert "request 1024–65535 ──► 6969" in text


@SIZES
async def test_an_assumed_network_is_said_to_be_one_and_can_be_narrowed(
    size: tuple[int, int],
) -> None:
    async with shown(*founding_case(), size=size) as screen:
        await screen.press("f")
        said = " ".join(screen.text().split())
        assert "~ 10.0.4.0/24 is assumed: 10.0.4.22 and 10.0.4.37 were seen" in said
        await screen.press(*["minus"] * 9)
        assert "10.0.4.37 → 10.0.1.5" in screen.text()
        assert "~ 10" not in screen.text()
        await screen.press("Y")
        assert "allow TFTP: 10.0.4.37 →" in screen.app.clipboard
        await screen.press(*["plus"] * 8)
        assert "~ 10.0.4.0/24 is assumed" in screen.text()
        await screen.press("plus")
        assert "10.0.4.0/23 → 10.0.1.5" in screen.text()


async def test_ports_stand_whole_in_the_smallest_window() -> None:
    async with shown(*founding_case(), size=(60, 15)) as screen:
        await screen.press("f")
        told = [line for line in screen.text().splitlines() if "►" in line]
        assert "request 1024–65535 ──► 6969" in told[0]


async def test_what_the_servers_host_knows_goes_before_a_guess() -> None:
    near = [HostNetwork("10.0.4.0/22", "eth1", is_own=True)]
    first, *rest = founding_case()
    known = msgspec.structs.replace(first, status=status(networks=near))
    async with shown(known, *rest) as screen:
        await screen.press("f")
        assert "10.0.4.0/22 → 10.0.1.5" in screen.text()
        assert "is the network of the server's eth1" in screen.text()
        assert "~ 10" not in screen.text()


async def test_from_the_finding_it_is_one_key_and_esc_leads_back() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("w", "f")
        assert screen.on_top == "FirewallScreen"
        await screen.press("escape")
        assert screen.on_top == "WhyScreen"


async def test_choices_are_kept_for_the_next_time() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("f", "right", "escape", "f")
        assert "iptables" in screen.text()
        await screen.press("left", "i")
        assert "nftables" in screen.text()
        assert "[i] keeps state and reads TFTP" not in screen.text()


async def test_a_closed_way_says_what_is_open() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("f")
        while "[i] stateful   " not in screen.text():
            await screen.press("i")
        await screen.press("x")
        assert "possible:" in screen.text()


async def test_rules_and_ticket_are_copied() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("f", "y")
        assert "insert rule inet filter forward" in screen.app.clipboard
        await screen.press("Y")
        assert screen.app.clipboard.startswith("# Please allow TFTP")
        assert "2072" in screen.app.clipboard


@pytest.fixture
def near() -> Iterator[Path]:
    """Yield a folder with a short path, which pytest's own may not have."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


async def test_the_ticket_is_saved_here_when_the_place_is_agreed_to(
    near: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(near)
    async with shown(*founding_case(), size=LARGE) as screen:
        await screen.press("f", "s")
        assert f"{near}/tftp-request-" in screen.text()
        await screen.press("escape")
        assert names(near) == []
        await screen.press("s", "y")
        (name, text) = ticket(near)
        assert text.startswith("# Please allow TFTP")
        assert name in screen.text()
        assert table_of(near, name).count("\n") == 5  # a header and all four flows


async def test_a_place_too_long_for_a_line_is_called_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("long" * 30)
    deep.mkdir()
    monkeypatch.chdir(deep)
    async with shown(*founding_case(), size=LARGE) as screen:
        await screen.press("f", "s")
        assert "and .csv in the current folder: y save" in screen.text()


async def test_a_file_that_is_there_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shown(*founding_case()) as screen:
        await screen.press("f", "s", "y")
        (name, _) = ticket(tmp_path)
        (tmp_path / name).write_text("mine")
        await screen.press("s", "y")
        assert ticket(tmp_path) == (name, "mine")
        assert "not saved" in screen.text()


async def test_a_table_that_is_there_does_not_hide_that_the_ticket_was_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with shown(*founding_case(), size=LARGE) as screen:
        await screen.press("f", "s", "y")
        (name, _) = ticket(tmp_path)
        (tmp_path / name).unlink()
        screen.app.clear_notifications()
        await screen.press("s", "y")
        assert ticket(tmp_path)[0] == name
        shown_text = " ".join(screen.text().split())
        assert "saved: " in shown_text
        assert "not saved: " in shown_text


async def test_what_was_learned_hop_by_hop_is_in_the_ticket_and_in_the_finding() -> (
    None
):
    walk = Walk(port=2_072)
    found = Location(
        transfer=4,
        client="10.0.4.37",
        suspect=walk,
        other=walk,
        is_done=True,
        verdict="Dropped at 10.2.0.1.",
    )
    told = "hop by hop to 10.0.4.37: Dropped at 10.2.0.1."
    async with shown(*founding_case(), Frame(time=NOW, locations=[found])) as screen:
        await screen.press("f", "Y")
        assert told in screen.app.clipboard
        await screen.press("escape", "w", "y")
        assert f"Evidence: {told}" in screen.app.clipboard
        await screen.press("f", "Y")
        assert told in screen.app.clipboard
        await screen.press("escape", "G")
        assert "Dropped at 10.2.0.1." in screen.text()


async def test_the_mark_is_explained_once() -> None:
    async with shown(*founding_case(), size=LARGE) as screen:
        await screen.press("f")
        assert screen.text().count("▲ blocked? the evidence suggests") == 1


async def test_before_anybody_asked_there_are_rules_for_this_host() -> None:
    async with shown(frame(time=NOW)) as screen:
        await screen.press("f")
        assert "any IPv4" in screen.text()


def own_output(number: int = 2, **changes: Any) -> Finding:
    return finding(
        number=number,
        code="server-output-blocked",
        stands_at="server",
        **({"transfers": [4]} | changes),
    )


def standing(*findings: Finding) -> Where | None:
    frames = [*founding_case(), Frame(time=NOW, findings=list(findings))]
    return traffic_of(seen_lines(store_of(*frames))).where


def test_where_the_newest_finding_stands_is_read_too() -> None:
    assert standing() is Where.BETWEEN
    assert standing(own_output()) is Where.SERVER
    gone = own_output(withdrawn="it completed")
    assert standing(own_output(), gone) is Where.BETWEEN
    unsure = finding(number=2, stands_at="between-or-client")
    assert standing(unsure) is None  # the two look the same from here


async def test_the_client_s_own_firewall_is_named_where_it_may_be_it() -> None:
    words = "or the client's own firewall"
    unsure = finding(number=2, stands_at="between-or-client")
    async with shown(*founding_case(), size=LARGE) as screen:
        await screen.press("f")
        assert words not in screen.text()
    told = Frame(time=NOW, findings=[unsure])
    async with shown(*founding_case(), told, size=LARGE) as screen:
        await screen.press("f")
        assert words in screen.text()


async def test_the_place_is_that_of_the_finding_until_another_is_chosen() -> None:
    told = Frame(time=NOW, findings=[own_output()])
    async with shown(*founding_case(), told) as screen:
        await screen.press("f")
        assert "[e] on this server's host" in screen.text()
        assert "insert rule inet filter output" in screen.text()
        await screen.press("right")
        assert "[e] on this server's host" in screen.text()
        while "[e] between clients" not in screen.text():
            await screen.press("e")
        await screen.press("escape", "f")
        assert "[e] between clients and server" in screen.text()


async def test_from_a_finding_the_place_is_that_findings() -> None:
    told = Frame(time=NOW, findings=[own_output(number=9, transfers=[1])])
    async with shown(*founding_case(), told) as screen:
        await screen.press("w")
        assert "client-port-blocked" in screen.text()
        await screen.press("f")
        assert "[e] between clients and server" in screen.text()
        await screen.press("escape", "n", "f")
        assert "[e] on this server's host" in screen.text()


async def test_the_firewall_chosen_at_a_finding_is_the_one_written_for() -> None:
    async with shown(*founding_case()) as screen:
        await screen.press("w", "right")
        assert "Cisco ASA" in screen.text()
        await screen.press("f")
        assert "Cisco ASA   " in screen.text()
        await screen.press("left", "left", "left", "left", "escape")
        assert "nftables" in screen.text()


MOVES = st.sampled_from(["dialect", "back", "place", "kind", "nat", "mode"])


def _moved(wishes: Wishes, move: str, found: Where | None) -> Wishes:
    moved = {
        "dialect": lambda: wishes.other_dialect(1),
        "back": lambda: wishes.other_dialect(-1),
        "place": lambda: wishes.other_place(found),
        "kind": lambda: wishes.other_kind(found),
        "nat": lambda: wishes.other_nat(found),
        "mode": lambda: wishes.other_mode(is_single_port=False),
    }
    return moved[move]()


@given(moves=st.lists(MOVES, max_size=25))
def test_any_choices_lead_to_advice_or_to_words_about_what_is_open(
    moves: list[str],
) -> None:
    traffic = traffic_of(seen_lines(store_of(*founding_case())))
    wishes = Wishes()
    for move in moves:
        wishes = _moved(wishes, move, traffic.where)
        with suppress(SituationError):
            advice = wishes.advice(traffic, [])
            assert advice.dialect is wishes.dialect
            assert (advice.chosen.way is Way.SINGLE_PORT) == bool(wishes.single_port)


@given(moves=st.lists(MOVES, max_size=25), found=st.sampled_from([None, *Where]))
def test_whatever_was_chosen_and_found_a_dialect_can_say_it(
    moves: list[str], found: Where | None
) -> None:
    wishes = Wishes()
    for move in moves:
        wishes = _moved(wishes, move, found)
        choice = wishes.choice(found)
        assert choice.where in wishes.dialect.speech.places
        assert choice.kind in wishes.dialect.speech.kinds


def test_every_dialect_comes_up_and_the_round_closes() -> None:
    wishes, seen = Wishes(), set[Dialect]()
    for _ in Dialect:
        seen.add(wishes.dialect)
        wishes = wishes.other_dialect(1)
    assert seen == set(Dialect)
    assert wishes.dialect is Wishes().dialect
