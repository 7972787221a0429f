"""Display states of ports."""

import msgspec
import pytest

from tests.support.pictures import NOW, frame, ports, view
from tests.support.port_scene import NO_CURE, blocked_client, founding_ports
from tftptui.engine.messages import FOREIGN, FREE, QUARANTINED, USED, Frame
from tftptui.ui.panes.ports.states import (
    BLOCKED,
    DALLYING,
    RESTED,
    TIRED,
    accused,
    blocks,
    cell,
    count_states,
    owners,
    runs,
    shown_states,
)
from tftptui.ui.store import Store


def store(*frames: Frame) -> Store:
    made = Store()
    for one in frames:
        made.fold(one)
    return made


def test_a_rest_fades() -> None:
    states = shown_states(founding_ports(), NOW, {}, {})
    assert (states[8], states[44], states[90]) == (TIRED, QUARANTINED, RESTED)


def test_a_rest_without_a_known_end_is_a_rest() -> None:
    assert shown_states(ports(), NOW, {}, {})[31] == QUARANTINED


def test_a_used_port_that_a_finding_explains_is_blocked() -> None:
    found = store(blocked_client())
    known = accused(owners(found), blocks(found))
    assert known == {40_007: NO_CURE, 40_011: NO_CURE, 40_018: NO_CURE}
    states = shown_states(founding_ports(), NOW, known, {})
    assert [place for place, state in enumerate(states) if state == BLOCKED] == [
        7,
        11,
        18,
    ]


def test_what_is_blocked_is_used_all_the_same() -> None:
    counts = count_states(bytes([BLOCKED, USED, FREE, TIRED, RESTED]))
    told = {USED: 2, BLOCKED: 1, DALLYING: 0, QUARANTINED: 2, FOREIGN: 0, FREE: 1}
    assert counts == told


@pytest.mark.parametrize(
    "changes",
    [
        {"withdrawn": "it completed"},
        {"is_alarm": False},
        {"code": "file-missing", "broken": []},
    ],
)
def test_a_finding_about_something_else_blocks_no_port(
    changes: dict[str, object],
) -> None:
    harmless = msgspec.structs.replace(NO_CURE, **changes)
    found = store(blocked_client(), Frame(time=NOW, findings=[harmless]))
    assert blocks(found) == []


def test_a_port_that_waits_for_a_lost_last_ack_is_none_of_those_used() -> None:
    stored = view(1, "completed", direction="write", server_tid=40_007)
    later = view(2, "completed", server_tid=40_011)
    before = count_states(shown_states(founding_ports(), NOW, {}, {}))
    owned = {40_007: stored, 40_011: later}
    states = shown_states(founding_ports(), NOW, {}, owned)
    assert [place for place, state in enumerate(states) if state == DALLYING] == [7]
    after = count_states(states)
    assert (after[USED], after[DALLYING]) == (before[USED] - 1, 1)
    assert cell(states[6:9])[1] == USED


def test_a_port_belongs_to_the_latest_that_had_it() -> None:
    views = [view(1, "completed", server_tid=40_003), view(2, server_tid=40_003)]
    single = view(3, server_tid=6_969, single_port=True)
    owned = owners(store(frame(*views, single)))
    assert {port: one.number for port, one in owned.items()} == {40_003: 2}


def test_a_cell_shows_the_most_telling_state() -> None:
    assert cell(bytes([FREE, FREE])) == ("·", FREE)
    assert cell(bytes([FREE, QUARANTINED])) == ("▒", QUARANTINED)
    assert cell(bytes([FOREIGN, QUARANTINED])) == ("×", FOREIGN)
    assert cell(bytes([USED, FOREIGN])) == ("▄", USED)
    assert cell(bytes([USED, USED])) == ("█", USED)
    assert cell(bytes([USED, BLOCKED])) == ("!", BLOCKED)


def test_runs_are_merged() -> None:
    assert runs(bytes([FREE, FREE, USED, USED, FREE]), 1) == [
        ("··", FREE),
        ("■■", USED),
        ("·", FREE),
    ]
