"""Builders of objects that many tests need."""

import hashlib

from tests.support.model_client import ModelClient
from tests.support.wire import Path, Wire
from tftptui.protocol.commands import SendBlocks
from tftptui.protocol.offer import Offer
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.requester import RequestSession
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer

BLOCK = 8
"""Bytes in a full block of the tests: the minimum in RFC 2348."""


def sample_bytes(count: int) -> bytes:
    """Return COUNT bytes in which no two blocks are equal; always the same."""
    return hashlib.shake_128(b"tftptui").digest(count)


def last_block(count: int, block_size: int = BLOCK) -> int:
    """Return the number of the last block of COUNT bytes (RFC 1350 §6)."""
    return count // block_size + 1


def running_session(
    *,
    window: int = 1,
    last_block: int | None = 1_000,
    round_trip: float | None = 0.1,
    timeout: float | None = None,
) -> tuple[SendSession, list[SendBlocks]]:
    """Return a session at time 0 that has sent its first window, and that window.

    With windows the OACK was acknowledged after ROUND_TRIP seconds; None means that it
    was resent, so that no round trip is known.
    """
    session = SendSession(
        window=window,
        last_block=last_block,
        negotiated=window > 1,
        timer=RetransmitTimer(timeout),
    )
    if window == 1:
        return session, blocks(session.start(0.0))
    session.start(-20.0 if round_trip is None else -round_trip)
    if round_trip is None:
        session.handle_timer(-10.0)
    return session, blocks(session.receive_ack(0, 0.0))


def receiving_session(
    *,
    window: int = 1,
    blocks: int = 0,
    negotiated: bool = False,
    timeout: float | None = None,
    retries: int = 6,
) -> ReceiveSession:
    """Return a session started at time 0 that has received BLOCKS full blocks."""
    session = ReceiveSession(
        block_size=BLOCK,
        window=window,
        negotiated=negotiated,
        timer=RetransmitTimer(timeout, retries),
    )
    session.start(0.0)
    for number in range(1, blocks + 1):
        session.receive_data(number, BLOCK, 0.0)
    return session


def requesting_session(
    offer: Offer,
    *,
    is_write: bool = False,
    retries: int = 6,
    timer: RetransmitTimer | None = None,
) -> RequestSession:
    """Return a session that has sent its request at time 0."""
    chosen = timer or RetransmitTimer(retries=retries)
    session = RequestSession(offer, is_write=is_write, timer=chosen)
    session.start(0.0)
    return session


def blocks(commands: object) -> list[SendBlocks]:
    """Return the commands, all of which must be SendBlocks."""
    assert isinstance(commands, list)
    for command in commands:
        assert isinstance(command, SendBlocks), command
    return commands


def wire_for(
    content: bytes,
    *,
    window: int = 1,
    negotiated: bool | None = None,
    eager: bool = True,
    length_known: bool = True,
    path: Path | None = None,
) -> tuple[Wire, ModelClient]:
    """Return a wire between a new session and a new client, and that client."""
    session = SendSession(
        window=window,
        last_block=last_block(len(content)) if length_known else None,
        negotiated=window > 1 if negotiated is None else negotiated,
    )
    client = ModelClient(block_size=BLOCK, window=window, eager=eager)
    return Wire(session, client, content, path), client
