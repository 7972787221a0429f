"""Transfers shown next to a failed one: the most similar first."""

from tests.support.firewalls import ended, started
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.knowledge.firewall.witnesses import Nearness, Witnesses

FAR, NEAR, SAME = "10.9.9.9", "10.55.32.9", "10.55.32.175"


def seen(failed: int, *others: tuple[str, int]) -> Witnesses:
    """Return the witnesses of FAILED transfers, and of others that completed."""
    lines: list[dict[str, object]] = []
    number = 0
    for client, tid in others:
        number += 1
        lines.append(started(number, tid, client=client))
        lines.append(ended(number, "completed", acked_blocks=9))
    for _ in range(failed):
        number += 1
        lines.append(started(number, 2_000 + number))
        lines.append(ended(number, "abandoned"))
    return Witnesses(traffic_of(lines))


OTHERS = (("127.0.0.1", 5), (FAR, 4), (NEAR, 3), (SAME, 49_200))


def test_the_same_host_goes_first_then_its_network_and_no_loopback() -> None:
    shown = seen(1, *OTHERS).rows(40)
    assert [flow.client for flow in shown] == [SAME, SAME, NEAR, FAR]
    assert [flow.client_tid for flow in shown][1] == 49_200


def test_the_one_proof_is_shown_however_many_others_there_are() -> None:
    crowd = [("127.0.0.1", 1_024 + n) for n in range(300)]
    shown = seen(1, *crowd, (SAME, 49_200)).rows(40)
    assert [(flow.client, flow.client_tid) for flow in shown[1:]] == [(SAME, 49_200)]


def test_many_that_failed_leave_room_for_what_proves_something() -> None:
    shown = seen(50, *OTHERS).rows(40)
    assert len(shown) == 40
    assert [flow.client for flow in shown[-3:]] == [SAME, NEAR, FAR]


def test_what_completed_is_named_with_how_near_it_is_each_port_once() -> None:
    told = seen(1, *OTHERS, *OTHERS).completed()
    assert [(flow.client_tid, near) for flow, near in told] == [
        (49_200, Nearness.HOST),
        (3, Nearness.NETWORK),
        (4, Nearness.ELSEWHERE),
    ]


def test_the_server_s_own_host_is_named_only_where_nobody_else_completed() -> None:
    ((flow, near),) = seen(1, ("127.0.0.1", 5)).completed()
    assert (flow.client, near) == ("127.0.0.1", Nearness.SERVER)
    assert "proves nothing" in near.words
    ((_, near),) = seen(1, ("10.254.52.26", 5)).completed()
    assert near is Nearness.SERVER
