"""Block numbers and sizes of DATA packets in a capture."""

from collections.abc import Mapping
from dataclasses import dataclass

from tftptui.protocol.packets import (
    BLOCK_MODULUS,
    HEADER,
    ROLL_TO_0,
    Numbering,
    Oack,
    Opcode,
    Options,
)
from tftptui.server.recorder import option_texts
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.views import TransferView

_DATA = Opcode.DATA.to_bytes(2)
_HALF = BLOCK_MODULUS // 2
_SMALLEST_STRIDE = 8 + HEADER
"""Bytes of the smallest full DATA packet (RFC 2348)."""

_CONVINCING = 3
"""Consecutive blocks that rule out chance; a file may contain one header."""


@dataclass(slots=True)
class Counting:
    """Converts wire block numbers, which wrap around, to absolute ones.

    The first wrap shows whether 65535 is followed by 0 or 1.
    """

    numbering: Numbering = ROLL_TO_0
    is_settled: bool = False

    def absolute(self, block16: int, near: int) -> int:
        """Return the absolute number for a wire number, nearest to NEAR."""
        if not self.is_settled and block16 <= 1 and near >= BLOCK_MODULUS - 1:
            self.is_settled = True
            self.numbering = Numbering(block16)
        low = self.numbering.rollover
        if low and not block16:
            return 0
        around = BLOCK_MODULUS - low
        ahead = (block16 - self.numbering.wire(near)) % around
        block = near + (ahead if ahead < _HALF else ahead - around)
        return block if block >= 0 else block16


@dataclass(frozen=True, slots=True)
class Piece:
    """One DATA packet: its wire block and payload size in bytes."""

    block16: int
    nbytes: int


def pieces(payload: bytes, nbytes: int, block_size: int | None) -> list[Piece]:
    """Split a captured datagram of NBYTES bytes into its DATA packets.

    With segmentation offload, a capture on the sending host shows several packets as
    one. Their size is not recorded: the negotiated one is tried first, then each offset
    where the next block's header is found.
    """
    first = int.from_bytes(payload[2:HEADER])
    whole = [Piece(first, nbytes - HEADER)]
    if block_size is not None and nbytes <= block_size + HEADER:
        return whole
    if block_size is not None and (cut := _cut(payload, nbytes, block_size + HEADER)):
        return cut
    for low in (0, 1):
        following = _DATA + Numbering(low).wire(first + 1).to_bytes(2)
        stride = payload.find(following, _SMALLEST_STRIDE)
        while stride > 0:
            cut = _cut(payload, nbytes, stride)
            if len(cut) >= _CONVINCING:
                return cut
            stride = payload.find(following, stride + 1)
    return whole


def _cut(payload: bytes, nbytes: int, stride: int) -> list[Piece]:
    """Return the pieces for a stride; empty if blocks do not start there."""
    found: list[Piece] = []
    for start in range(0, nbytes, stride):
        head = payload[start : start + HEADER]
        if len(head) == HEADER:
            block16 = int.from_bytes(head[2:])
            if head[:2] != _DATA or (found and not _follows(block16, found[-1])):
                return []
        elif start < len(payload) or nbytes - start < HEADER:
            return []
        else:  # truncated by the snapshot length: assume the next block
            block16 = (found[-1].block16 + 1) % BLOCK_MODULUS
        found.append(Piece(block16, min(stride, nbytes - start) - HEADER))
    return found if len(found) > 1 else []


def _follows(block16: int, piece: Piece) -> bool:
    after = (piece.block16 + 1) % BLOCK_MODULUS
    return block16 == after or (block16, after) == (1, 0)


_MOST_DIGITS = 19


def agree(view: TransferView, oack: Oack, *, is_cut: bool) -> Counting | None:
    """Record the OACK in the view; return the block numbering if it says so.

    A truncated OACK may grant more options.
    """
    view.agreed = option_texts(oack.options)
    granted = by_name(oack.options)
    view.block_size = number(granted, b"blksize") or view.block_size
    view.window = number(granted, b"windowsize") or view.window
    total = number(granted, b"tsize")
    view.total_size = view.total_size if total is None else total
    for name, value in view.asked:
        given = granted.get(name.lower().encode())
        if given is None and is_cut:
            continue
        if given is None:
            view.notes.append(f"{name} was not granted")
        elif name.lower() != "tsize" and visible(given) != value:
            view.notes.append(f"{name} {value} requested, {visible(given)} granted")
    if b"rollover" not in granted:
        return None
    low = number(granted, b"rollover") or 0
    return Counting(Numbering(min(low, 1)), is_settled=True)


def by_name(options: Options) -> dict[bytes, bytes]:
    """Return options by lower-case name."""
    return {name.lower(): value for name, value in options}


def number(options: Mapping[bytes, bytes], name: bytes) -> int | None:
    """Return an option's numeric value; None if it is missing or not a number."""
    value = options.get(name, b"")
    return int(value) if value.isdigit() and len(value) <= _MOST_DIGITS else None
