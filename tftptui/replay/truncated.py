"""Parses packets truncated by the capture, as far as possible."""

from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import HEADER, Mode, Opcode, Packet, parse
from tftptui.telemetry.capture.frames import Datagram

CUT = "truncated by the capture"

_REQUESTS = (Opcode.RRQ.to_bytes(2), Opcode.WRQ.to_bytes(2))
_ERROR, _OACK = Opcode.ERROR.to_bytes(2), Opcode.OACK.to_bytes(2)
_NUL = b"\0"
_NO_OPTION = b"\0\0"


def is_cut(datagram: Datagram) -> bool:
    """Return whether a datagram is truncated."""
    return datagram.nbytes > len(datagram.payload)


def parse_kept(datagram: Datagram) -> Packet:
    """Parse a datagram; incomplete options are left out.

    Raises:
        PeerError: it is not a valid packet, or too little of it was captured.
    """
    payload = datagram.payload
    if not is_cut(datagram):
        return parse(payload)
    opcode = payload[:2]
    if opcode in _REQUESTS:
        return parse(opcode + _terminated(_request(payload[2:])))
    if opcode == _OACK and len(payload) >= HEADER:
        return parse(opcode + (_terminated(_pairs(_whole(payload[2:]))) or _NO_OPTION))
    if opcode == _ERROR and len(payload) >= HEADER:
        return parse(payload.removesuffix(_NUL) + "…".encode() + _NUL)
    raise PeerError(None, CUT)


def _request(body: bytes) -> list[bytes]:
    """Return a request's fields: the name must be complete, the mode is guessed."""
    fields = _whole(body)
    if not fields or not fields[0]:
        raise PeerError(None, CUT)
    if len(fields) > 1:
        return fields[:2] + _pairs(fields[2:])
    begun = body.rpartition(_NUL)[2].lower()
    for mode in Mode:
        if mode.value.encode().startswith(begun):
            return [*fields, mode.value.encode()]
    raise PeerError(None, CUT)


def _whole(body: bytes) -> list[bytes]:
    """Return the complete fields."""
    return body.split(_NUL)[:-1]


def _pairs(fields: list[bytes]) -> list[bytes]:
    return fields[: len(fields) // 2 * 2]


def _terminated(fields: list[bytes]) -> bytes:
    return b"".join(field + _NUL for field in fields)
