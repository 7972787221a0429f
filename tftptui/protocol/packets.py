"""Encode and parse packets (RFC 1350 §5, RFC 2347).

Parsing is total: any bytes give a packet or a PeerError. Names, modes and option values
stay bytes; only the user interface converts them to text.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum

import msgspec

from tftptui.protocol.errors import ErrorCode, PeerError

Options = tuple[tuple[bytes, bytes], ...]

HEADER = 4
"""Bytes before the payload of DATA: opcode and block number."""

BLOCK_MODULUS = 65_536
"""Block numbers on the wire wrap to 0 after 65535."""

_ACK = b"\0\4"
_ERROR = b"\0\5"


class Opcode(IntEnum):
    """First two bytes of every packet (RFC 1350 §5, RFC 2347)."""

    RRQ = 1
    WRQ = 2
    DATA = 3
    ACK = 4
    ERROR = 5
    OACK = 6


class Mode(Enum):
    """Transfer modes (RFC 1350 §1); mail is recognized in order to refuse it."""

    OCTET = "octet"
    NETASCII = "netascii"
    MAIL = "mail"

    # Requests are dict keys, and hashing an Enum member takes ten times as long.
    __hash__ = object.__hash__


_MODES = {mode.value.encode(): mode for mode in Mode}


class Request(msgspec.Struct, frozen=True):
    """A read or write request: name, mode and options as received, in order."""

    filename: bytes
    mode: Mode
    options: Options = ()


class ReadRequest(Request, frozen=True):
    """RRQ: the client wants to read (RFC 1350 §5)."""


class WriteRequest(Request, frozen=True):
    """WRQ: the client wants to write (RFC 1350 §5)."""


class Data(msgspec.Struct, frozen=True):
    """DATA: one block; a block shorter than the block size is the last."""

    block16: int
    payload: bytes


class Ack(msgspec.Struct, frozen=True):
    """ACK of a wire block; 0 acknowledges a WRQ or an OACK."""

    block16: int


class ErrorPacket(msgspec.Struct, frozen=True):
    """ERROR: ends the transfer; there is no reply to it (RFC 1350 §7)."""

    code: int
    message: bytes


@dataclass(frozen=True, slots=True)
class Oack:
    """OACK: the negotiated options (RFC 2347)."""

    options: Options


Packet = ReadRequest | WriteRequest | Data | Ack | ErrorPacket | Oack


def encode_request(request: Request) -> bytes:
    """Encode an RRQ or WRQ.

    Raises:
        ValueError: the name or an option contains a NUL.
    """
    opcode = Opcode.RRQ if isinstance(request, ReadRequest) else Opcode.WRQ
    fields = [request.filename, request.mode.value.encode(), *_flat(request.options)]
    return opcode.to_bytes(2) + _terminated(fields)


def encode_data(block16: int, payload: bytes) -> bytes:
    """Encode a DATA packet."""
    return struct.pack("!HH", Opcode.DATA, block16) + payload


def encode_ack(block16: int) -> bytes:
    """Encode an ACK: four bytes."""
    return struct.pack("!HH", Opcode.ACK, block16)


def encode_error(code: int, text: str) -> bytes:
    """Encode an ERROR, without NULs in its text."""
    message = text.replace("\0", "").encode("utf-8", "replace")
    return struct.pack("!HH", Opcode.ERROR, code) + message + b"\0"


def encode_oack(options: Options) -> bytes:
    """Encode an OACK."""
    return Opcode.OACK.to_bytes(2) + _terminated(list(_flat(options)))


@dataclass(frozen=True, slots=True)
class Numbering:
    """Block numbers on the wire: after 65535 follows ROLLOVER, 0 or 1.

    No RFC says which; nearly everybody uses 0, and 1 must be negotiated with the option
    rollover.
    """

    rollover: int = 0

    def wire(self, block: int) -> int:
        """Return the wire number of an absolute block."""
        if block < BLOCK_MODULUS:
            return block
        low = self.rollover
        return low + (block - low) % (BLOCK_MODULUS - low)

    def ahead(self, block16: int, block: int) -> int:
        """Return how many blocks a wire number is ahead of an absolute block.

        An impossible number is ahead of any window.
        """
        if not self.rollover:
            return (block16 - block) % BLOCK_MODULUS
        if block == 0:
            return block16
        return (block16 - block) % (BLOCK_MODULUS - 1) if block16 else BLOCK_MODULUS

    def nearest(self, block16: int, highest: int) -> int:
        """Return the last absolute block up to HIGHEST with this wire number.

        If there is none, return the number itself.
        """
        if block16 < self.rollover:
            return block16
        back = (highest - block16) % (BLOCK_MODULUS - self.rollover)
        block = highest - back
        return block if block >= self.rollover else block16


ROLL_TO_0 = Numbering()


def wire_block(block: int) -> int:
    """Return the wire number of an absolute block with the default numbering."""
    return ROLL_TO_0.wire(block)


def acknowledged(datagram: bytes) -> int | None:
    """Return the wire block of an ACK; None if it is another packet.

    This is the fast path: transfer sockets receive almost only ACKs. Some firmware pads
    them, so extra bytes are ignored.
    """
    if datagram[:2] == _ACK and len(datagram) >= HEADER:
        return datagram[2] << 8 | datagram[3]
    return None


def parse(datagram: bytes) -> Packet:
    """Parse a datagram.

    Raises:
        PeerError: it is not a valid TFTP packet; ``code`` is the ERROR to reply with.
    """
    if len(datagram) < HEADER:
        raise PeerError(
            None if datagram[:2] == _ERROR else ErrorCode.ILLEGAL_OPERATION,
            f"datagram of {len(datagram)} bytes is too short for TFTP",
        )
    opcode = datagram[0] << 8 | datagram[1]
    parser = _PARSERS.get(opcode)
    if parser is None:
        raise PeerError(ErrorCode.ILLEGAL_OPERATION, f"opcode {opcode} is not TFTP")
    return parser(datagram)


def _read_request(datagram: bytes) -> ReadRequest:
    return ReadRequest(*_request_fields(datagram))


def _write_request(datagram: bytes) -> WriteRequest:
    return WriteRequest(*_request_fields(datagram))


def _data(datagram: bytes) -> Data:
    return Data(datagram[2] << 8 | datagram[3], datagram[HEADER:])


def _ack(datagram: bytes) -> Ack:
    return Ack(datagram[2] << 8 | datagram[3])


def _oack(datagram: bytes) -> Oack:
    return Oack(_pairs(_tokens(datagram[2:])))


def _request_fields(datagram: bytes) -> tuple[bytes, Mode, Options]:
    tokens = _tokens(datagram[2:])
    if len(tokens) < 2:  # noqa: PLR2004 - a name and a mode
        raise PeerError(ErrorCode.ILLEGAL_OPERATION, "request without a mode")
    filename, mode, *rest = tokens
    known = _MODES.get(mode.lower())
    if known is None:
        shown = mode.decode("ascii", "backslashreplace")[:32]
        text = f"unknown transfer mode {shown!r}"
        raise PeerError(ErrorCode.ILLEGAL_OPERATION, text)
    return filename, known, _pairs(rest) if rest else ()


def _tokens(body: bytes) -> list[bytes]:
    """Split NUL-terminated strings; the last one must be terminated, too."""
    if not body.endswith(b"\0"):
        raise PeerError(ErrorCode.ILLEGAL_OPERATION, "string without its NUL")
    return body[:-1].split(b"\0")


def _pairs(tokens: list[bytes]) -> Options:
    """Pair names with values; an empty name is padding and ends the list."""
    names, values = tokens[0::2], tokens[1::2]
    pairs: list[tuple[bytes, bytes]] = []
    for index, name in enumerate(names):
        if not name:
            break
        if index >= len(values):
            raise PeerError(ErrorCode.ILLEGAL_OPERATION, "option without a value")
        pairs.append((name, values[index]))
    return tuple(pairs)


def _error(datagram: bytes) -> ErrorPacket:
    """Parse an ERROR; a missing NUL is accepted, as there is no reply anyway."""
    message, _, _ = datagram[HEADER:].partition(b"\0")
    return ErrorPacket(datagram[2] << 8 | datagram[3], message)


_PARSERS: dict[int, Callable[[bytes], Packet]] = {
    Opcode.RRQ: _read_request,
    Opcode.WRQ: _write_request,
    Opcode.DATA: _data,
    Opcode.ACK: _ack,
    Opcode.ERROR: _error,
    Opcode.OACK: _oack,
}


def _flat(options: Options) -> tuple[bytes, ...]:
    return tuple(field for pair in options for field in pair)


def _terminated(fields: list[bytes]) -> bytes:
    if any(b"\0" in field for field in fields):
        raise ValueError("a NUL can't be part of a TFTP string")
    return b"".join(field + b"\0" for field in fields)
