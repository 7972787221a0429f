"""Dissects TFTP packets, malformed ones too, into named fields."""

from typing import NamedTuple

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import HEADER, Opcode
from tftptui.telemetry.escapes import visible

_OPCODE = 2


class Field(NamedTuple):
    """Consecutive bytes of a packet.

    Attributes:
        offset: of the first byte in the packet.
        data: the bytes, with the NUL that ends a string.
        name: as in the RFC.
        value: the meaning, as text.
    """

    offset: int
    data: bytes
    name: str
    value: str


def dissect(packet: bytes) -> list[Field]:
    """Return the fields in order; together they cover the whole packet.

    RFC 1350 §5, RFC 2347. Bytes that do not fit the format become a field that says
    why.
    """
    fields = _Fields(packet)
    if len(packet) < _OPCODE:
        fields.rest("too short", "a packet begins with an opcode of 2 bytes")
        return fields.found
    number = int.from_bytes(packet[:_OPCODE])
    names = {one.value: one.name for one in Opcode}
    name = names.get(number, "unknown: TFTP has 1 to 6")
    fields.number("opcode", f"{number} ({name})")
    match number:
        case Opcode.RRQ | Opcode.WRQ:
            fields.text("file name")
            fields.text("mode")
            fields.options()
        case Opcode.DATA:
            fields.number("block")
            fields.rest("data", f"{max(0, len(packet) - HEADER):,} bytes")
        case Opcode.ACK:
            fields.number("block")
            fields.rest("padding", "an ACK has 4 bytes (RFC 1350 §5)")
        case Opcode.ERROR:
            code = int.from_bytes(packet[_OPCODE:HEADER])
            known = {one.value: one.name.lower().replace("_", " ") for one in ErrorCode}
            fields.number("error code", f"{code} ({known.get(code, 'unknown')})")
            fields.text("message")
            fields.rest("after the end", "no field of an ERROR")
        case Opcode.OACK:
            fields.options()
        case _:
            fields.rest("data", "not TFTP")
    return fields.found


class _Fields:
    """Reads fields from the front of a packet."""

    def __init__(self, packet: bytes) -> None:
        self.found: list[Field] = []
        self._packet, self._place = packet, 0

    def number(self, name: str, value: str = "") -> None:
        """Read 16 bits; VALUE replaces the number as the text."""
        data = self._packet[self._place : self._place + 2]
        whole = f"{int.from_bytes(data)}"
        if len(data) == 2:  # noqa: PLR2004 - 16 bits
            self._take(data, name, value or whole)
        else:
            self.rest(name, "cut: 2 bytes are due")

    def text(self, name: str) -> None:
        """Read a string and its NUL."""
        end = self._packet.find(b"\0", self._place)
        if end < 0:
            data = self._packet[self._place :]
            self._take(data, name, f"{visible(data)} (no NUL at the end)")
        else:
            data = self._packet[self._place : end + 1]
            self._take(data, name, visible(data[:-1]))

    def options(self) -> None:
        """Read pairs of name and value."""
        while self._place < len(self._packet):
            self.text("option")
            self.text("value")

    def rest(self, name: str, value: str) -> None:
        """Read what is left, if anything."""
        self._take(self._packet[self._place :], name, value)

    def _take(self, data: bytes, name: str, value: str) -> None:
        if data:
            self.found.append(Field(self._place, data, name, value))
            self._place += len(data)
