"""Which differences explain silent tries next to working ones, and which do not."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.facts import (
    CLIENT,
    NOON,
    facts_of,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import boot_rom, draft_of, remembered_flow
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge
from tftptui.findings.signs.comparison import Difference, compare
from tftptui.telemetry.findings import FACT

BOTH = [Difference.CLIENT_PORT, Difference.SERVER_PORT, Difference.MOMENT]


def own(number: int, at: float, tid: int, server_tid: int, **changes: Any) -> Any:
    given = {"client": CLIENT, "client_tid": tid, "server_tid": server_tid}
    return neighbour(number, at, **(given | changes))


def silent(tid: int, *server_tids: int) -> list[Any]:
    return [
        repeated_request(
            tried(number, 20.0 * number, client_tid=tid, server_tid=server_tid),
            20.0 * number + 6.0,
        )
        for number, server_tid in enumerate(server_tids, 1)
    ]


def of(
    *worked: Any, tid: int = 2_072, server_tids: tuple[int, ...] = (40_060,)
) -> Facts:
    tries = silent(tid, *server_tids)
    return facts_of(*tries, now=20.0 * len(tries) + 10.0, neighbours=worked)


def test_where_nothing_works_there_is_nothing_to_compare() -> None:
    assert compare(of()).candidates == []


def test_one_try_of_each_tells_no_ports_apart() -> None:
    assert compare(of(own(50, 5.0, 3_000, 40_010))).candidates == BOTH


@pytest.mark.parametrize(("begun", "count"), [(16.0, 1), (2.0, 2)])
def test_a_try_that_still_runs_counts_as_silent_after_ten_seconds(
    begun: float, count: int
) -> None:
    """The server goes on for half a minute where a client asked for long time-outs."""
    other = own(50, begun, 3_000, 40_010, worked=False, is_open=True)
    seen = replace(of(), now=NOON + 20.5, neighbours=(other,))
    assert len(compare(seen).silent) == count


def test_a_grub_whose_second_stage_asks_from_another_port_proves_no_flow() -> None:
    draft = draft_of(of(own(50, 5.0, 25_300, 40_010), tid=1_592))
    assert draft.code == "answers-blocked"
    assert "a rule for the client's port 1592" in draft.evidence[-1].text


def test_half_of_the_server_s_range_is_never_told_as_a_remembered_flow() -> None:
    worked = (own(50, 21.0, 2_071, 40_010), own(51, 30.0, 2_073, 40_020))
    draft = draft_of(of(*worked, server_tids=(40_060, 40_070)))
    assert draft.code == "answers-blocked"
    helps = {one.knob: one.verdict for one in draft.helps}
    assert helps["port-range"] == "unknown"
    assert "the server's ports 40060 and 40070" in draft.evidence[-1].text


def test_a_port_between_two_that_work_is_no_rule_for_the_client_s_port() -> None:
    assert compare(remembered_flow()).candidates == [Difference.FLOW]


def test_a_flow_that_is_long_forgotten_is_not_remembered() -> None:
    seen = remembered_flow()
    first, last = seen.tries
    earlier = tried(1, -400.0, client_tid=first.client_tid)
    assert (
        Difference.FLOW not in compare(replace(seen, tries=(earlier, last))).candidates
    )


def test_another_port_that_is_silent_since_one_worked_speaks_against_a_flow() -> None:
    vain = own(55, 18.0, 2_500, 40_011, worked=False)
    seen = remembered_flow(vain)
    assert compare(seen).candidates == [Difference.PATH]


def test_where_half_of_all_tries_fail_on_any_port_the_ratio_is_told() -> None:
    draft = draft_of(remembered_flow(own(55, 18.0, 2_500, 40_011, worked=False)))
    assert draft.code == "intermittent"
    assert "3 of 5 tries got no reply" in draft.headline


def test_who_works_before_all_silence_leaves_a_change_possible() -> None:
    assert Difference.MOMENT in compare(of(own(50, 5.0, 3_000, 40_010))).candidates
    later = own(51, 55.0, 3_000, 40_010)
    assert Difference.MOMENT not in compare(of(later)).candidates


def test_packets_larger_than_any_that_arrived_are_a_candidate() -> None:
    plain = [repeated_request(tried(agreed=[], client_tid=2_072), 6.0)]
    probed = own(50, 5.0, 2_072, 40_010, has_blocks=False)
    seen = facts_of(*plain, now=10.0, neighbours=(probed,))
    assert Difference.SIZE in compare(seen).candidates
    got = own(51, 5.0, 2_072, 40_010)
    seen = facts_of(*plain, now=10.0, neighbours=(probed, got))
    assert Difference.SIZE not in compare(seen).candidates


def test_options_are_a_candidate_only_by_the_client_s_own_successes() -> None:
    plain = own(50, 30.0, 2_072, 40_070, had_oack=False)
    assert Difference.OPTIONS in compare(of(plain)).candidates
    other = neighbour(50, 30.0, had_oack=False)
    assert Difference.OPTIONS not in compare(of(other)).candidates


def test_the_test_tells_the_candidates_apart() -> None:
    draft = draft_of(of(own(50, 5.0, 3_000, 40_010)))
    assert draft.proof.startswith("for port in $(seq 2073 2080); do curl -m 20 ")
    assert "--local-port $port" in draft.proof


def test_in_single_port_mode_the_server_s_port_is_no_candidate() -> None:
    seen = of(own(50, 5.0, 3_000, 69))
    one_port = replace(seen, scene=replace(seen.scene, single_port=True))
    assert Difference.SERVER_PORT not in compare(one_port).candidates


def test_one_try_is_not_enough_to_be_sure_of_the_client_s_port() -> None:
    high = neighbour(50, 9.0, client_tid=44_669, server_tid=40_010)
    draft = draft_of(
        facts_of(repeated_request(tried(), 6.0), now=9.0, neighbours=(high,))
    )
    assert draft.code == "client-port-blocked"
    assert draft.confidence < FACT
    draft = draft_of(replace(boot_rom(), neighbours=(high,)))
    assert draft.confidence == FACT


PORTS = st.integers(1_024, 65_535)
MOMENTS = st.floats(-300.0, 60.0)
OTHERS = st.lists(
    st.builds(
        lambda at, tid, server_tid, worked: own(
            70, at, tid, server_tid, worked=worked, begun=NOON + at
        ),
        MOMENTS,
        PORTS,
        st.integers(40_000, 40_099),
        st.booleans(),
    ),
    max_size=6,
)


@given(
    others=OTHERS,
    tid=PORTS,
    server_tids=st.lists(
        st.integers(40_000, 40_099), min_size=1, max_size=3, unique=True
    ),
)
def test_a_remembered_flow_is_named_only_where_all_else_is_excluded(
    others: list[Any], tid: int, server_tids: list[int]
) -> None:
    seen = of(*others, tid=tid, server_tids=tuple(server_tids))
    draft = judge(seen)
    if draft is not None and draft.code == "stale-conntrack":
        assert compare(seen).candidates == [Difference.FLOW]
        assert len({one.server_tid for one in seen.tries}) > 1 or len(others) > 1


@pytest.mark.parametrize("tid", [33_000, 1_592, 2_072])
def test_a_lone_silent_port_is_never_certain_of_anything(tid: int) -> None:
    draft = draft_of(of(own(50, 5.0, 49_200, 40_010), tid=tid))
    assert draft.confidence < FACT
