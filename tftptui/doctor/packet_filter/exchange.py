"""Whether this host's rules allow a request in, its reply out, and the ACK in."""

from dataclasses import dataclass

from tftptui.doctor.packet_filter.evaluate import Passage, passage
from tftptui.doctor.packet_filter.model import (
    Address,
    Packet,
    Ruleset,
    State,
)

HELPER = "tftp"


@dataclass(frozen=True, slots=True)
class Ends:
    """A client and this server, and the device between them."""

    client: Address
    client_port: int
    server: Address
    device: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """The result for the three flows of a transfer on this host.

    Attributes:
        request, answer, ack: each evaluated as if the previous ones had passed.
    """

    ends: Ends
    request: Passage
    answer: Passage
    ack: Passage


def judge_answer(
    ruleset: Ruleset, ends: Ends, *, request_port: int, answering: int
) -> Passage:
    """Return the result for the first reply on the client's own host.

    Args:
        ruleset: the rules of that host, which sent the request.
        ends: client and server, and the client's device.
        request_port: where it listens.
        answering: source port of the reply.
    """
    request = passage(
        ruleset,
        Packet(
            ends.client,
            ends.client_port,
            ends.server,
            request_port,
            ends.device,
            is_inward=False,
        ),
    )
    return passage(
        ruleset, _answer(request, ends, request_port, answering, is_inward=True)
    )


def judge(
    ruleset: Ruleset, ends: Ends, *, request_port: int, answering: int
) -> Exchange:
    """Evaluate a transfer on the server's host.

    Args:
        ruleset: this host's rules.
        ends: client and server.
        request_port: where it listens.
        answering: source port of the reply; REQUEST_PORT in single-port mode.
    """
    request = passage(ruleset, _inward(ends, request_port, State.NEW))
    is_same_flow = answering == request_port
    outward = _answer(request, ends, request_port, answering, is_inward=False)
    answer = passage(ruleset, outward)
    opener = request if is_same_flow else answer
    ack = passage(
        ruleset,
        _inward(ends, answering, _reply_state(opener), is_reply=not is_same_flow),
    )
    return Exchange(ends, request, answer, ack)


def _inward(
    ends: Ends, port: int, state: State | None, *, is_reply: bool = False
) -> Packet:
    return Packet(
        ends.client,
        ends.client_port,
        ends.server,
        port,
        ends.device,
        is_inward=True,
        state=state,
        is_reply=is_reply,
    )


def _answer(
    request: Passage, ends: Ends, request_port: int, answering: int, *, is_inward: bool
) -> Packet:
    """Return the first reply, as one end's rules see it."""
    is_same_flow = answering == request_port
    state, helper = _answer_state(request, is_same_flow=is_same_flow)
    return Packet(
        ends.server,
        answering,
        ends.client,
        ends.client_port,
        ends.device,
        is_inward=is_inward,
        state=state,
        helper=helper,
        is_reply=is_same_flow,
    )


def _answer_state(
    request: Passage, *, is_same_flow: bool
) -> tuple[State | None, str | None]:
    """Return the conntrack state of the first reply, and the helper that set it."""
    if is_same_flow:
        return _reply_state(request), None
    if request.helper == HELPER and request.state is State.NEW:
        return State.RELATED, HELPER
    if request.helper is None or request.state is None:
        return None, None
    return State.NEW, None


def _reply_state(opener: Passage) -> State | None:
    """Return the conntrack state of a reply to the first packet of a flow."""
    if opener.state is None:
        return None
    if opener.state is State.UNTRACKED:
        return State.NEW
    return State.ESTABLISHED
