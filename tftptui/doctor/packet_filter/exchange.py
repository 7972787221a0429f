"""Whether this host's rules let a request in, its answer out, the ACK in."""

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
    """How the three flows of a transfer fare at this host.

    Attributes:
        request, answer, ack: each judged as if those before had passed.
    """

    ends: Ends
    request: Passage
    answer: Passage
    ack: Passage


def judge_answer(
    ruleset: Ruleset, ends: Ends, *, asked: int, answering: int
) -> Passage:
    """Return how the first answer fares at the client's own host.

    Args:
        ruleset: the rules of that host, which sent the request.
        ends: who asked whom, and the device between as the client has it.
        asked: port that takes requests.
        answering: port that the server answers from.
    """
    request = passage(
        ruleset,
        Packet(
            ends.client,
            ends.client_port,
            ends.server,
            asked,
            ends.device,
            is_inward=False,
        ),
    )
    return passage(ruleset, _answer(request, ends, asked, answering, is_inward=True))


def judge(ruleset: Ruleset, ends: Ends, *, asked: int, answering: int) -> Exchange:
    """Judge a transfer, at the server's host.

    Args:
        ruleset: this host's rules.
        ends: who asks whom.
        asked: port that takes requests.
        answering: port that the server answers from; ASKED in single-port mode.
    """
    request = passage(ruleset, _inward(ends, asked, State.NEW))
    is_same_flow = answering == asked
    outward = _answer(request, ends, asked, answering, is_inward=False)
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
    request: Passage, ends: Ends, asked: int, answering: int, *, is_inward: bool
) -> Packet:
    """Return the first answer, as the rules of one end see it."""
    is_same_flow = answering == asked
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
    """Return what conntrack makes of the first answer, and the helper behind that."""
    if is_same_flow:
        return _reply_state(request), None
    if request.helper == HELPER and request.state is State.NEW:
        return State.RELATED, HELPER
    if request.helper is None or request.state is None:
        return None, None
    return State.NEW, None


def _reply_state(opener: Passage) -> State | None:
    """Return what conntrack makes of what comes back to the opener of a flow."""
    if opener.state is None:
        return None
    if opener.state is State.UNTRACKED:
        return State.NEW
    return State.ESTABLISHED
