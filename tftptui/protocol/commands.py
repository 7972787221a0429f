"""Commands that a session returns for its driver to carry out."""

from dataclasses import dataclass
from enum import Enum

import msgspec

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Options


class Outcome(Enum):
    """The outcome of a transfer."""

    COMPLETED = "completed"
    """The last block was acknowledged."""
    UNCONFIRMED = "unconfirmed"
    """Everything was sent to a client that had replied; its last ACK is missing."""
    FAILED = "failed"
    """Ended by an ERROR, from either side."""
    ABANDONED = "abandoned"
    """The client stopped replying."""
    PROBED = "probed"
    """The client requested the size and quit, as boot firmware does."""
    ABORTED = "aborted"
    """Ended by the operator."""


@dataclass(frozen=True, slots=True)
class SendRequest:
    """Send the request with these options (RFC 2347), which may be empty."""

    options: Options
    attempt: int


class SendOack(msgspec.Struct, frozen=True):
    """Send the OACK; ``attempt`` 1 is the first time."""

    attempt: int


class SendBlocks(msgspec.Struct, frozen=True):
    """Send COUNT consecutive blocks from FIRST on (absolute, from 1)."""

    first: int
    count: int
    attempt: int


class SendAck(msgspec.Struct, frozen=True):
    """Acknowledge a block (absolute; 0 opens a write without options)."""

    block: int
    attempt: int


class Store(msgspec.Struct, frozen=True):
    """Store the payload of the block just received; it follows all earlier ones."""


@dataclass(frozen=True, slots=True)
class Commit:
    """All blocks are received: store them safely, then call committed() or fail()."""


@dataclass(frozen=True, slots=True)
class SendError:
    """Send an ERROR."""

    code: ErrorCode
    text: str


class End(msgspec.Struct, frozen=True):
    """The outcome is known; ``text`` says why unless the transfer completed.

    The session is over unless it lingers. A lingering one still replies to the peer,
    until a Close.
    """

    outcome: Outcome
    text: str = ""
    lingers: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """A session that lingered is over."""


Command = SendOack | SendBlocks | SendAck | SendError | Store | Commit | End | Close
"""Commands of a session that carries data; requester.py has its own."""
