"""The state of the simulated firewall."""

import pytest

from tftptui.demo.simulation.connection_tracking import (
    EXPECTED,
    REPLIED,
    UNREPLIED,
    Flow,
    Tracking,
)
from tftptui.demo.simulation.firewall_rules import State
from tftptui.net.addresses import Endpoint

CLIENT, SERVER = Endpoint("127.0.4.37", 2_072), Endpoint("127.0.1.5", 69)
TID = Endpoint("127.0.1.5", 40_007)
NAT = "127.0.9.1"
RRQ = b"\0\1file\0octet\0"
ACK = b"\0\4\0\0"

ASK, ANSWER = Flow(CLIENT, SERVER), Flow(TID, CLIENT)


def passed(
    tracking: Tracking, flow: Flow, payload: bytes = ACK, now: float = 0.0
) -> State | None:
    """Let a packet pass; return its state."""
    to_server = flow.target.host == SERVER.host
    tracked = tracking.look_up(flow, now, to_server=to_server)
    if tracked is None:
        return None
    tracking.remember(tracked, payload, now)
    return tracked.state


def test_the_first_packet_back_is_established() -> None:
    tracking = Tracking()
    assert passed(tracking, ASK, RRQ) is State.NEW
    assert passed(tracking, ASK, RRQ) is State.NEW
    assert passed(tracking, ASK.back) is State.ESTABLISHED
    assert passed(tracking, ASK, RRQ) is State.ESTABLISHED


def test_an_answer_from_another_port_is_new() -> None:
    tracking = Tracking()
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ANSWER) is State.NEW


def test_what_does_not_pass_leaves_no_trace() -> None:
    tracking = Tracking()
    tracking.look_up(ASK, 0.0, to_server=True)
    assert len(tracking) == 0


def test_a_flow_without_an_answer_is_forgotten_sooner() -> None:
    tracking = Tracking()
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ASK.back, now=UNREPLIED + 1) is State.NEW
    tracking = Tracking()
    passed(tracking, ASK, RRQ)
    passed(tracking, ASK.back)
    assert passed(tracking, ASK.back, now=REPLIED - 1) is State.ESTABLISHED
    assert passed(tracking, ASK, now=2 * REPLIED) is State.NEW


def test_a_helper_expects_the_answer_from_any_port_once() -> None:
    tracking = Tracking(has_helper=True)
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ANSWER) is State.RELATED
    assert passed(tracking, ANSWER.back) is State.ESTABLISHED
    other = Flow(Endpoint(TID.host, 40_008), CLIENT)
    assert passed(tracking, other) is State.NEW


def test_an_expectation_ends() -> None:
    tracking = Tracking(has_helper=True)
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ANSWER, now=EXPECTED) is State.NEW


def test_a_helper_joins_no_flow_that_exists() -> None:
    tracking = Tracking()
    passed(tracking, ASK, RRQ)
    tracking.has_helper = True
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ANSWER) is State.NEW
    tracking.flush()
    passed(tracking, ASK, RRQ)
    assert passed(tracking, ANSWER) is State.RELATED


def test_nat_hides_clients_and_finds_them_again() -> None:
    tracking = Tracking(NAT)
    tracked = tracking.look_up(ASK, 0.0, to_server=True)
    assert tracked is not None
    outside = Endpoint(NAT, CLIENT.port)
    assert tracked.leaving == Flow(outside, SERVER)
    tracking.remember(tracked, RRQ, 0.0)
    back = tracking.look_up(Flow(SERVER, outside), 0.0, to_server=False)
    assert back is not None
    assert back.leaving == Flow(SERVER, CLIENT)


def test_nat_knows_nothing_of_the_server_tid() -> None:
    tracking = Tracking(NAT)
    passed(tracking, ASK, RRQ)
    outside = Endpoint(NAT, CLIENT.port)
    assert tracking.look_up(Flow(TID, outside), 0.0, to_server=False) is None


def test_nat_with_a_helper_takes_the_answer_to_the_client_and_acks_back() -> None:
    tracking = Tracking(NAT, has_helper=True)
    passed(tracking, ASK, RRQ)
    outside = Endpoint(NAT, CLIENT.port)
    answer = tracking.look_up(Flow(TID, outside), 0.0, to_server=False)
    assert answer is not None
    assert (answer.state, answer.leaving) == (State.RELATED, Flow(TID, CLIENT))
    tracking.remember(answer, b"\0\6", 0.0)
    ack = tracking.look_up(Flow(CLIENT, TID), 0.0, to_server=True)
    assert ack is not None
    assert ack.leaving == Flow(outside, TID)


def test_clients_with_one_port_get_two_behind_nat() -> None:
    tracking = Tracking(NAT)
    twin = Flow(Endpoint("127.0.4.38", CLIENT.port), SERVER)
    outside = []
    for flow in (ASK, twin):
        tracked = tracking.look_up(flow, 0.0, to_server=True)
        assert tracked is not None
        tracking.remember(tracked, RRQ, 0.0)
        outside.append(tracked.leaving.source)
    assert outside[0] == Endpoint(NAT, CLIENT.port)
    assert outside[1].host == NAT
    assert outside[1] != outside[0]


def forwarding(*, has_helper: bool = False) -> Tracking:
    tracking = Tracking(has_helper=has_helper)
    tracking.forwards = (NAT, SERVER.host)
    return tracking


def test_port_69_is_passed_on_and_its_answers_come_from_whom_was_asked() -> None:
    tracking, asked = forwarding(), Endpoint(NAT, 69)
    request = tracking.look_up(Flow(CLIENT, asked), 0.0, to_server=True)
    assert request is not None
    assert request.leaving == ASK
    tracking.remember(request, RRQ, 0.0)
    reply = tracking.look_up(ASK.back, 0.0, to_server=False)
    assert reply is not None
    assert reply.leaving == Flow(asked, CLIENT)
    assert (
        tracking.look_up(Flow(CLIENT, Endpoint(NAT, 70)), 0.0, to_server=True) is None
    )


@pytest.mark.parametrize(
    ("has_helper", "source"), [(False, TID), (True, Endpoint(NAT, TID.port))]
)
def test_a_helper_makes_the_answer_come_from_whom_was_asked(
    *, has_helper: bool, source: Endpoint
) -> None:
    tracking = forwarding(has_helper=has_helper)
    request = tracking.look_up(Flow(CLIENT, Endpoint(NAT, 69)), 0.0, to_server=True)
    assert request is not None
    tracking.remember(request, RRQ, 0.0)
    answer = tracking.look_up(ANSWER, 0.0, to_server=False)
    assert answer is not None
    assert answer.leaving == Flow(source, CLIENT)
    tracking.remember(answer, b"\0\6", 0.0)
    ack = tracking.look_up(Flow(CLIENT, source), 0.0, to_server=True)
    assert ack is not None
    assert (ack.state, ack.leaving.target) == (State.ESTABLISHED, TID)
