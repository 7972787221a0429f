"""Which requests belong together, and findings from views alone."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.deep_size import deep_size
from tests.support.facts import (
    CLIENT,
    NOON,
    SERVER,
    completed,
    refused,
    repeated_request,
    tried,
)
from tests.support.seen import OURS, Seen
from tftptui.findings.tries import (
    KEPT_BYTES,
    KEPT_CLIENT_TRIES,
    KEPT_TRIES,
    ClientTries,
    TriesIndex,
)
from tftptui.telemetry.events import Found
from tftptui.telemetry.views import TransferView

NETWORK = "10.0.4.0/24"


@pytest.fixture
def index() -> TriesIndex:
    return TriesIndex()


def told(index: TriesIndex, *views: TransferView) -> list[ClientTries]:
    return [index.begin(view, NETWORK) for view in views]


def test_tries_within_the_longest_gap_are_one_story(index: TriesIndex) -> None:
    first, second = told(index, tried(1), tried(2, 10.0))
    assert first is second


def test_a_pause_begins_another_story(index: TriesIndex) -> None:
    first, second = told(index, tried(1), tried(2, 13.0))
    assert first is not second


def test_the_same_port_and_request_are_a_retry_for_longer(index: TriesIndex) -> None:
    first, second = told(index, tried(1), tried(2, 50.0, client_tid=2_070))
    assert first is second


def test_a_later_request_keeps_the_story_open(index: TriesIndex) -> None:
    first, second = told(index, repeated_request(tried(1), 10.0), tried(2, 20.0))
    assert first is second


@pytest.mark.parametrize(
    "changes",
    [{"file": "other"}, {"client": "10.0.4.38"}, {"direction": "write"}],
)
def test_others_have_stories_of_their_own(
    index: TriesIndex, changes: dict[str, Any]
) -> None:
    first, second = told(index, tried(1), tried(2, 1.0, **changes))
    assert first is not second


def test_another_program_has_a_story_of_its_own(index: TriesIndex) -> None:
    first, second = told(index, tried(1), tried(2, 1.0, kind="curl"))
    assert first is not second


def test_what_came_is_over(index: TriesIndex) -> None:
    first, second = told(index, completed(1), tried(2, 2.0))
    assert first is not second


def cut(**changes: Any) -> TransferView:
    given = {"heard": True, "acked_blocks": 700, "moved": NOON + 90.0} | changes
    return tried(1, **given)


def test_who_begins_anew_after_a_cut_is_one_story(index: TriesIndex) -> None:
    first, second = told(index, cut(), tried(2, 130.0))
    assert first is second


@pytest.mark.parametrize("changes", [{"peer_error": 0}, {"acked_blocks": 0}])
def test_who_left_with_a_word_begins_another(
    index: TriesIndex, changes: dict[str, Any]
) -> None:
    first, second = told(index, cut(**changes), tried(2, 130.0))
    assert first is not second


@pytest.mark.parametrize(
    ("tid", "phase", "stories_in_all"),
    [(2_071, "stalled", 1), (50_002, "stalled", 2), (50_002, "abandoned", 1)],
    ids=["the next port", "from afar", "nobody waits any more"],
)
def test_another_program_beside_one_that_stands_still_is_no_try_of_it(
    index: TriesIndex, tid: int, phase: str, stories_in_all: int
) -> None:
    still = cut(kind="curl", phase=phase)
    told(index, still, tried(2, 100.0, kind="curl", client_tid=tid))
    assert len(index) == stories_in_all


def test_firmware_that_begins_anew_is_alone_on_its_machine(index: TriesIndex) -> None:
    edk2 = {"kind": "UEFI PXE (edk2)"}
    first, second = told(index, cut(**edk2), tried(2, 100.0, client_tid=1_548, **edk2))
    assert first is second


def test_a_program_that_stands_still_is_told_though_another_gets_the_file() -> None:
    seen = Seen()
    tftp = tried(1, kind="tftp-hpa or atftp", client_tid=46_834, timeouts=0)
    curl = tried(2, 1.0, kind="curl", client_tid=58_065, timeouts=0)
    for view in (tftp, curl):
        view.heard, view.acked_blocks, view.phase = True, 9, "sending"
        view.retransmits = 0
        seen.begin(view)
    seen.clock.advance(2.0)
    tftp.moved = seen.clock.wall()
    seen.look(1.0)
    curl.phase, curl.ended = "completed", seen.clock.wall()
    seen.end(curl)
    seen.look(1.0)
    tftp.phase, tftp.timeouts, tftp.retransmits = "stalled", 9, 9
    seen.look(13.0)
    (found,) = seen.standing()
    assert (found.code, found.transfers) == ("client-gone", [1])


def test_long_after_a_cut_it_is_another(index: TriesIndex) -> None:
    first, second = told(index, cut(), tried(2, 160.0))
    assert first is not second


def test_two_machines_behind_one_address_are_two(index: TriesIndex) -> None:
    moving = tried(1, heard=True, acked_blocks=3, timeouts=0, phase="sending")
    first, second = told(index, moving, tried(2, 1.0))
    assert first is not second


LEFT: dict[str, Any] = {
    "phase": "failed",
    "peer_error": 0,
    "heard": True,
    "acked_blocks": 128,
    "client_tid": 49_200,
}


@pytest.mark.parametrize(("tid", "is_same"), [(49_201, True), (2_070, False)])
def test_who_left_on_purpose_and_asks_from_afar_tries_something_else(
    index: TriesIndex, tid: int, *, is_same: bool
) -> None:
    first, second = told(index, tried(1, **LEFT), tried(2, 1.0, client_tid=tid))
    assert (first is second) is is_same


def test_memory_is_bounded(index: TriesIndex) -> None:
    for number in range(1, KEPT_CLIENT_TRIES + 100):
        index.begin(tried(number, file=f"f{number}"), NETWORK)
    assert len(index) == KEPT_CLIENT_TRIES
    assert index.of(1) is None
    assert index.of(KEPT_CLIENT_TRIES) is not None


def one_try_each(index: TriesIndex, numbers: range) -> None:
    for number in numbers:
        index.begin(tried(number, file=f"f{number:09}"), NETWORK)


def many_tries(index: TriesIndex, numbers: range) -> None:
    for number in numbers:
        for again in range(KEPT_TRIES + 5):
            one = 100 * number + again
            index.begin(tried(one, again / 10, file=f"f{number:09}"), NETWORK)


def long_names(index: TriesIndex, numbers: range) -> None:
    for number in numbers:
        for again in range(10):
            event = refused("not-found", again / 10, file=f"{number:09}" + "f" * 4_000)
            index.refuse(event, NETWORK)


def high_ports(index: TriesIndex, numbers: range) -> None:
    for number in numbers:
        event = refused("not-found", file=f"{number:09}", client_tid=65_000)
        index.refuse(event, NETWORK)


def split_off(index: TriesIndex, numbers: range) -> None:
    for number in numbers:
        one, other = 2 * number, 2 * number + 1
        story = index.begin(tried(one, file=f"f{number:09}"), NETWORK)
        view = tried(other, 1.0, file=f"f{number:09}")
        index.begin(view, NETWORK)
        index.split(story, view)


@pytest.mark.parametrize(
    ("come", "many"),
    [
        (one_try_each, KEPT_CLIENT_TRIES),
        (many_tries, 600),
        (long_names, 600),
        (high_ports, KEPT_CLIENT_TRIES),
        (split_off, KEPT_CLIENT_TRIES),
    ],
)
def test_what_all_stories_hold_stops_growing(
    index: TriesIndex, come: Callable[[TriesIndex, range], None], many: int
) -> None:
    come(index, range(many, 2 * many))
    full = deep_size(index)
    come(index, range(2 * many, 3 * many))
    assert deep_size(index) <= 1.1 * full
    assert full < 1.25 * KEPT_BYTES


def test_a_story_keeps_its_latest_tries(index: TriesIndex) -> None:
    for number in range(1, 2 * KEPT_TRIES):
        index.begin(tried(number, number / 10), NETWORK)
    story = index.of(2 * KEPT_TRIES - 1)
    assert story is not None
    assert len(story.views) == KEPT_TRIES


def test_an_answer_from_another_address_is_told() -> None:
    seen = Seen()
    seen.begin(repeated_request(tried(asked_address="10.0.1.6"), 2.0))
    assert seen.look(4.0) == ["wrong-source-address"]


def test_the_same_client_on_a_high_port_revises_and_is_no_retry() -> None:
    seen = Seen()
    for number, at in ((1, 0.0), (2, 2.0)):
        seen.begin(tried(number, at, kind="", kind_sure=0.0))
    assert seen.look(4.0) == ["answers-blocked"]
    seen.begin(completed(3, 4.0, client_tid=44_669, kind="", kind_sure=0.0))
    assert seen.look(1.0) == ["answers-blocked"]
    assert seen.look(1.0) == ["answers-blocked", "client-port-blocked"]
    assert (seen.views[1].client, seen.views[1].server) == (CLIENT, SERVER)
    assert seen.clock.wall() == NOON + 6.0


@pytest.mark.parametrize(
    ("client", "last"), [(OURS, "answers-blocked"), ("10.0.4.2", "client-port-blocked")]
)
def test_this_host_itself_is_no_neighbour(client: str, last: str) -> None:
    seen = Seen()
    for number, at in ((1, 0.0), (2, 2.0)):
        seen.begin(tried(number, at))
    seen.look(4.0)
    here = completed(3, 4.0, client=client, client_tid=44_669, kind="curl")
    seen.begin(here)
    seen.end(here)
    assert seen.look(2.0)[-1] == last


def test_what_ends_well_is_done_with_at_once() -> None:
    seen = Seen()
    for number in range(1, 1_001):
        view = completed(number, file=f"f{number}")
        seen.begin(view)
        seen.end(view)
    assert len(seen.findings._all_tries) == len(seen.findings._due) == 0


def test_a_thousand_in_trouble_are_looked_at_in_turn() -> None:
    seen = Seen()
    for number in range(1, 1_001):
        one = tried(number, client=f"10.{number // 200}.{number % 200}.1")
        seen.begin(repeated_request(one, 2.0))
    codes = [seen.look(0.2) for _ in range(50)][-1]
    assert 10 < len(codes) <= 150
    assert set(codes) == {"answers-blocked"}


def test_losses_on_the_way_to_one_network_are_told_once() -> None:
    seen = Seen()
    for number in range(1, 6):
        client = f"10.0.4.{10 + number}"
        seen.begin(completed(number, client=client, retransmits=9, lost=9))
    seen.begin(completed(9, client="10.0.9.1", retransmits=9, lost=9))
    seen.clock.advance(2.0)
    seen.findings.tick()
    losses = [one for one in seen.events if isinstance(one, Found)]
    assert [one.code for one in losses] == ["loss", "loss"]
    assert {one.client.rpartition(".")[0] for one in losses} == {"10.0.4", "10.0.9"}


def beside(**changes: Any) -> tuple[ClientTries, TransferView]:
    """Return tries of two ports at the same time, and the later one.

    The later one sends its request 2 s after the first, with CHANGES by then.
    """
    index = TriesIndex()
    first, later = tried(1), tried(2, 2.0)
    story, same = told(index, first, later)
    assert story is same
    for name, value in changes.items():
        setattr(first, name, value)
    return story, later


ACKED: dict[str, Any] = {"heard": True, "timeouts": 0, "phase": "sending"}


def test_who_goes_on_with_the_first_port_has_not_asked_anew_from_the_next() -> None:
    story, later = beside(moved=NOON + 2.5, **ACKED)
    assert story.is_another(later)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"moved": NOON + 1.5, **ACKED},
        {"moved": NOON + 2.5, "peer_error": 0, "phase": "failed", "heard": True},
    ],
    ids=["silent", "heard before", "left with an ERROR"],
)
def test_who_does_not_has_most_likely(changes: dict[str, Any]) -> None:
    story, later = beside(**changes)
    assert not story.is_another(later)


def test_two_programs_of_one_host_are_told_apart_once_the_first_goes_on() -> None:
    seen = Seen()
    seen.begin(tried(1, kind="", kind_sure=0.0))
    seen.begin(tried(2, 2.0, kind="", kind_sure=0.0, retransmits=5))
    seen.look(3.0)
    for name, value in {**ACKED, "moved": seen.clock.wall()}.items():
        setattr(seen.views[1], name, value)
    seen.look(1.0)
    first, second = (seen.findings._all_tries.of(number) for number in (1, 2))
    assert first is not second


def test_the_port_that_was_left_for_the_first_one_is_no_silence() -> None:
    """No matter what else of the network was seen since, and how long that takes."""
    seen = Seen()
    seen.begin(tried(1, retransmits=0))
    seen.begin(tried(2, 2.0, retransmits=0))
    seen.look(2.5)
    for name, value in {**ACKED, "moved": seen.clock.wall()}.items():
        setattr(seen.views[1], name, value)
    seen.look(1.0)
    seen.views[2].retransmits = 4
    for number in range(10, 110):
        seen.begin(completed(number, client=f"10.0.4.{number}"))
        seen.end(seen.views[number])
    assert seen.look(15.0) == []


def test_who_is_told_apart_is_not_told_together_any_more() -> None:
    seen = Seen()
    seen.begin(tried(1, retransmits=0, timeouts=0))
    seen.begin(tried(2, 0.1, retransmits=0, timeouts=0))
    seen.look(1.0)
    assert all(view.story.startswith("requested twice") for view in seen.views.values())
    for view in seen.views.values():
        view.heard, view.acked_blocks, view.phase = True, 1, "sending"
        view.moved = seen.clock.wall()
    seen.look(1.0)
    seen.look(1.0)
    assert [view.story for view in seen.views.values()] == ["", ""]


def test_all_that_were_refused_are_counted_with_their_ports() -> None:
    seen = Seen()
    for number in range(200):
        seen.findings.take(refused("ports-exhausted", client_tid=50_000 + number))
    seen.look(1.0)
    (found,) = seen.standing()
    assert found.evidence[0].text.startswith("200 requests from 200 ports; reply")
