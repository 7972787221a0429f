"""Records for packets outside the main exchange of a transfer."""

import msgspec

from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import HEADER, ErrorPacket, Opcode
from tftptui.replay.truncated import parse_kept
from tftptui.server.recorder import error_note
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.records.ring import Kind

_DATA, _ACK = Opcode.DATA.to_bytes(2), Opcode.ACK.to_bytes(2)
_ERROR, _OACK = Opcode.ERROR.to_bytes(2), Opcode.OACK.to_bytes(2)
_FROM_SERVER = {
    _DATA: Kind.DATA,
    _ACK: Kind.ACK_SENT,
    _OACK: Kind.OACK,
    _ERROR: Kind.ERROR,
}
_FROM_CLIENT = {
    _DATA: Kind.DATA_RECEIVED,
    _ACK: Kind.ACK,
    _OACK: Kind.OACK_RECEIVED,
    _ERROR: Kind.ERROR_RECEIVED,
}


class Beside(msgspec.Struct, frozen=True):
    """The record of such a packet; see PacketRecord."""

    kind: Kind
    block: int
    nbytes: int
    note: str


def beside(datagram: Datagram, why: str, *, from_client: bool) -> Beside:
    """Return the record for a reply on another port, or for its reply.

    WHY explains it; the text of an ERROR replaces that.
    """
    payload, nbytes = datagram.payload, datagram.nbytes
    opcode, block = payload[:2], 0
    kind = (_FROM_CLIENT if from_client else _FROM_SERVER)[opcode]
    if opcode in (_DATA, _ACK):
        block = int.from_bytes(payload[2:HEADER])
    if opcode == _DATA:
        nbytes = max(0, nbytes - HEADER)
    if opcode == _ERROR:
        try:
            packet = parse_kept(datagram)
        except PeerError as error:
            return Beside(Kind.MALFORMED, 0, nbytes, error.text)
        why = error_note(packet) if isinstance(packet, ErrorPacket) else why
    return Beside(kind, block, nbytes, why)
