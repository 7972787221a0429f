"""Rebuilds the bytes of a TFTP packet from its record and note, as far as possible."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tftptui.protocol.packets import (
    BLOCK_MODULUS,
    HEADER,
    Mode,
    Numbering,
    Opcode,
    Options,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_error,
    encode_oack,
    encode_request,
)
from tftptui.telemetry.records.ring import Flag, Kind, PacketRecord
from tftptui.telemetry.views import TransferView

DATA_KINDS = (Kind.DATA, Kind.DATA_RECEIVED)
_ACK_KINDS = (Kind.ACK, Kind.ACK_SENT)
_ERROR_KINDS = (Kind.ERROR, Kind.ERROR_RECEIVED)
_OACK_KINDS = (Kind.OACK, Kind.OACK_RECEIVED)
_REQUEST_KINDS = (Kind.RRQ, Kind.WRQ)

Read = Callable[[int, int], bytes]
"""Returns bytes of a file from an offset on; fewer if they are unknown."""

_REQUEST = re.compile(
    r"(?P<name>.*) (?P<mode>octet|netascii|mail)(?P<options>( \S+=\S*)*)", re.DOTALL
)
_ERROR = re.compile(r"(?P<code>\d{1,5})( (?P<text>.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Known:
    """The known bytes of a packet.

    Attributes:
        data: its payload, or the start of it.
        length: original length in bytes.
        is_exact: False if it was rebuilt from a printable form that differs from the
            original bytes.
    """

    data: bytes
    length: int
    is_exact: bool = True


def nothing(_offset: int, _nbytes: int) -> bytes:
    """Return no bytes: the file's content is not available."""
    return b""


def numbering_of(view: TransferView | None) -> Numbering:
    """Return how a transfer's blocks are numbered on the wire."""
    is_one = view is not None and ("rollover", "1") in view.agreed
    return Numbering(1 if is_one else 0)


def data_sizes(record: PacketRecord, block_size: int | None) -> list[int]:
    """Return the payload size of each block of a run, in bytes.

    If BLOCK_SIZE is None (unknown), equal sizes are assumed; the record only has the
    sum modulo 65536.
    """
    count = max(1, record.count)
    if count == 1:
        return [record.nbytes]
    if block_size is None:
        return [record.nbytes // count] * count
    sizes = [block_size] * count
    if record.flags & Flag.LAST:
        sizes[-1] = (record.nbytes - (count - 1) * block_size) % BLOCK_MODULUS
    return sizes


def blocks_of(
    record: PacketRecord, view: TransferView | None, read: Read
) -> list[Known]:
    """Return the DATA packets of a run; payload unknown to READ is cut off."""
    block_size = None if view is None else view.block_size
    numbering = numbering_of(view)
    packets = []
    for block, size in enumerate(data_sizes(record, block_size), record.block):
        head = Opcode.DATA.to_bytes(2) + numbering.wire(block).to_bytes(2)
        payload = b""
        if block_size is not None and block > 0:
            payload = read((block - 1) * block_size, size)[:size]
        packets.append(Known(head + payload, HEADER + size))
    return packets


def packet_of(record: PacketRecord, note: str, view: TransferView | None) -> Known:
    """Return a packet other than DATA; NOTE must not start with an address."""
    data = b""
    if record.kind in _ACK_KINDS:
        data = encode_ack(numbering_of(view).wire(record.block))
    elif record.kind in _REQUEST_KINDS:
        data = _request(record, note, view)
    elif record.kind in _OACK_KINDS and view is not None:
        data = encode_oack(_options(view.agreed))
    elif record.kind in _ERROR_KINDS and (found := _ERROR.fullmatch(note)):
        data = encode_error(int(found["code"]) & 0xFFFF, found["text"] or "")
    length = record.nbytes or len(data)
    if record.kind in _ACK_KINDS:  # some clients pad them with unknown bytes
        return Known(data, length)
    if data and len(data) != length:
        return Known(data, len(data), is_exact=False)
    return Known(data, length)


def _request(record: PacketRecord, note: str, view: TransferView | None) -> bytes:
    if view is not None:
        name, mode, options = view.file, view.mode, view.asked
    elif found := _REQUEST.fullmatch(note):
        name, mode = found["name"], found["mode"]
        pairs = [text.partition("=") for text in found["options"].split()]
        options = [(option, value) for option, _, value in pairs]
    else:
        return b""
    kind = ReadRequest if record.kind == Kind.RRQ else WriteRequest
    return encode_request(kind(name.encode(), Mode(mode), _options(options)))


def _options(pairs: list[tuple[str, str]]) -> Options:
    return tuple((name.encode(), value.encode()) for name, value in pairs)
