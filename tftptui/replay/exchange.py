"""Tracks the blocks of one transfer and their ACKs in a capture.

Nearly all are in order; these take a fast path that only updates what changed.
"""

from collections.abc import Callable

from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import BLOCK_MODULUS, HEADER, Request, WriteRequest
from tftptui.replay.block_attempts import Attempts
from tftptui.replay.block_numbers import Counting, Piece, by_name, number, pieces
from tftptui.replay.losses import NOTHING, Losses
from tftptui.server.recorder import Recorder
from tftptui.server.transfer.report import Report
from tftptui.telemetry.records.ring import HEADER_BYTES, Flag, Kind

_STALLED = 2
"""Repeats of one packet in a row that count as a stall."""

_NEVER = -1

_DATA, _ACK = Kind.DATA, Kind.ACK  # looking up an Enum member is slow
_DATA_RECEIVED, _ACK_SENT = Kind.DATA_RECEIVED, Kind.ACK_SENT

_Keep = Callable[[float, int], None]


class Exchange:
    """Tracks blocks; call data() and ack() for each, in order.

    Args:
        request: the request.
        report: writes the records.
        recorder: of the report.

    Attributes:
        counting: converts block numbers.
        is_size_known: whether the block size in the view is certain.
        openings: number of packets that an ACK of block 0 replies to.
        highest, acked: highest block seen and acknowledged; last: the last block, if
            known.
        acks: number of ACKs.
    """

    def __init__(self, request: Request, report: Report, recorder: Recorder) -> None:
        self._request, self._report, self._recorder = request, report, recorder
        self._view = report.view
        self._is_write = isinstance(request, WriteRequest)
        self.counting = Counting()
        self.is_size_known = not request.options
        self.openings = self.highest = self.acked = self.acks = 0
        self.last: int | None = None
        self.losses = Losses(self._view, is_write=self._is_write)
        self._attempts = Attempts()
        self._is_within = False
        self._acks_repeated = 0
        self._due, self._full = _NEVER, 0
        self._keep_data: _Keep | None = None
        self._keep_ack: _Keep | None = None
        self._blamed: tuple[int, list[int]] = (0, [])

    def begin_within(self, block: int) -> None:
        """Start in the middle, at a BLOCK."""
        self.highest = self.acked = max(0, block - 1)
        self._attempts.begin(self.highest)
        self.acks = 1
        self._is_within, self.is_size_known = True, False

    def turn(self) -> None:
        """Reset cached records, as the report's ports have changed."""
        self._due, self._full = _NEVER, 0
        self._keep_data = self._keep_ack = None

    @property
    def is_complete(self) -> bool:
        """True if the last block was acknowledged."""
        return self.last is not None and self.acked >= self.last

    # DATA

    def data(self, payload: bytes, nbytes: int, now: float) -> None:
        """Handle DATA of NBYTES bytes on the wire; PAYLOAD may be truncated."""
        block16 = payload[2] << 8 | payload[3]
        if block16 == self._due and nbytes == self._full and self._keep_data:
            self._next_block(block16, now)
            return
        view = self._view
        known = view.block_size if self.is_size_known else None
        found = pieces(payload, nbytes, known)
        if known is None or found[0].nbytes > known:
            view.block_size = self._size(found[0].nbytes)
            self.is_size_known = True
        first = self.counting.absolute(block16, self.highest)
        attempt = self._attempts.so_far(first, self.highest) + 1
        lost_before = view.lost_to_client
        note, lost = self._passed(first, len(found), attempt, now)
        if view.lost_to_client > lost_before:
            self._blame()
        for place, piece in enumerate(found):
            self._count(first + place, piece, now)
        self._write_data(first, found, nbytes, (attempt, lost, note))
        self._prepare()

    def _next_block(self, block16: int, now: float) -> None:
        """Handle the expected full block; it is not the last."""
        block = self.highest + 1
        self.losses.data(block, self.highest, now)
        self._attempts.first(block, now)
        view, counters = self._view, self._recorder.counters
        self.highest = view.sent_blocks = block
        due = block16 + 1
        self._due = due if due < BLOCK_MODULUS else self._wire(block + 1)
        if self._is_write:
            view.moved = now
            counters.packets_received += 1
            counters.bytes_received += view.block_size
        else:
            counters.packets_sent += 1
            counters.bytes_sent += view.block_size
        if self._keep_data is not None:
            self._keep_data(now, block)

    def _write_data(
        self, first: int, found: list[Piece], nbytes: int, how: tuple[int, int, str]
    ) -> None:
        attempt, lost, note = how
        view, last = self._view, first + len(found) - 1
        is_new = last > self.highest
        if is_new:
            self.highest = view.sent_blocks = last
        flags = lost | (Flag.LAST if found[-1].nbytes < view.block_size else 0)
        kind, again = _DATA, attempt
        if self._is_write:
            kind, again = _DATA_RECEIVED, 1
            if is_new:
                self._report.moved()
            else:
                flags = lost | Flag.DUPLICATE
                self._report.duplicate()
        size = nbytes - HEADER * len(found)
        run = (first, len(found))
        self._report.packet(kind, size, run=run, attempt=again, flags=flags, note=note)
        if attempt > 1 or view.phase == "negotiating":
            self.repeat(attempt - 1)

    def _size(self, nbytes: int) -> int:
        """Return the block size as far as a DATA packet shows it, without an OACK."""
        options = by_name(self._request.options)
        wanted = number(options, b"blksize") or DEFAULT_BLOCK_SIZE
        if nbytes > DEFAULT_BLOCK_SIZE or self._is_within:
            return nbytes
        # A first block shorter than the default is the last one, unless that size was
        # requested.
        return min(wanted, DEFAULT_BLOCK_SIZE) if nbytes < wanted else nbytes

    def _passed(
        self, first: int, count: int, attempt: int, now: float
    ) -> tuple[str, int]:
        """Return the note and flag for DATA: blocks not captured, or a loss."""
        losses, due = self.losses, self.highest + 1
        if attempt > 1:
            return losses.data_again(first, count, due - 1, now)
        if first < due:
            return losses.late(first, count, now)
        losses.data(first, due - 1, now)
        if first == due:
            return NOTHING
        self._attempts.skip(due, first)
        blocks = f"{due}" if first - 1 == due else f"{due}–{first - 1}"
        return f"{blocks} not captured before", 0

    def _blame(self) -> None:
        """Remember that the next record shows a loss on the client's side."""
        acked, records = self._blamed
        if acked != self.acked:
            records = []
        self._blamed = (self.acked, [*records[-_STALLED:], self._recorder.ring.next])

    def excuse(self) -> None:
        """Revoke losses since the last progress: the client had already quit."""
        acked, records = self._blamed
        if acked == self.acked:
            self._view.lost_to_client -= len(records)
            for number in records:
                self._recorder.ring.clear(number, Flag.LOST_TO_CLIENT)
        self._blamed = (self.acked, [])

    def _count(self, block: int, piece: Piece, now: float) -> None:
        self._attempts.add(block, self.highest, now)
        view = self._view
        if piece.nbytes < view.block_size:
            self.last = block
            view.total_size = (block - 1) * view.block_size + piece.nbytes

    # ACKs

    def ack(self, block16: int, nbytes: int, now: float) -> None:
        """Handle an ACK with a wire block number."""
        block = self.counting.absolute(block16, self.acked)
        self.acks += 1
        is_new = block > self.acked or (block == 0 and self.acks == 1)
        if is_new and nbytes == HEADER_BYTES and self._keep_ack:
            self.losses.ack(block, self.highest, now)
            self._acks_repeated = 0
            self._keep_ack(now, block)
            if self._is_write:
                self._recorder.counters.packets_sent += 1
            else:
                self._recorder.counters.packets_received += 1
        else:
            self._write_ack(block, nbytes, now, is_new=is_new)
        if is_new:
            self._progress(block, now)

    def _write_ack(self, block: int, nbytes: int, now: float, *, is_new: bool) -> None:
        lost, flags = NOTHING
        if is_new:
            self.losses.ack(block, self.highest, now)
        else:
            came = self._attempts.so_far(block, self.highest) if block else 0
            answered = came if block else self.openings
            lost, flags = self.losses.ack_again(block, self.highest, answered, now)
        run = (block, 1)
        if self._is_write:
            self._acks_repeated = 0 if is_new else self._acks_repeated + 1
            how = {"attempt": 1 + self._acks_repeated, "flags": flags}
            self._report.packet(_ACK_SENT, nbytes, run=run, note=lost, **how)
            return
        flags |= 0 if is_new else Flag.DUPLICATE
        self._report.packet(_ACK, nbytes, run=run, flags=flags, note=lost)
        if not is_new:
            self._report.duplicate()

    def _progress(self, block: int, now: float) -> None:
        view = self._view
        self.acked = view.acked_blocks = max(self.acked, block)
        if block > self.highest:
            self.highest = view.sent_blocks = block
            self._prepare()
        nbytes = self.acked * view.block_size
        total = view.total_size
        view.acked_bytes = nbytes if total is None or nbytes < total else total
        view.timeouts = 0
        if view.running:
            view.phase = "sending"
        view.moved = now
        if self._attempts.answered(block, now):
            view.round_trip = self._attempts.round_trip
            view.least_round_trip = self._attempts.least_round_trip
        if self._keep_ack is None:
            self._prepare()

    # Both

    def repeat(self, times: int) -> None:
        """Record that a packet was repeated this many TIMES."""
        view = self._view
        view.timeouts = max(view.timeouts, times) if times else view.timeouts
        if view.running:
            is_stalled = view.timeouts >= _STALLED
            view.phase = "stalled" if is_stalled else view.phase
            if view.phase == "negotiating" and self.highest:
                view.phase = "sending"

    def _prepare(self) -> None:
        """Compute the expected next packet, and prepare its record functions."""
        view, due = self._view, self.highest + 1
        self._due, full = self._wire(due), view.block_size + HEADER
        if full == self._full or not self.is_size_known or not self.highest:
            return
        self._full = full
        ring, ends = self._recorder.ring, self._report.tids
        kinds = (_DATA_RECEIVED, _ACK_SENT) if self._is_write else (_DATA, _ACK)
        self._keep_data = ring.singles(ends, kinds[0], view.block_size)
        self._keep_ack = ring.singles(ends, kinds[1], HEADER_BYTES)

    def _wire(self, block: int) -> int:
        """Return the wire number of a block if it is certain, else _NEVER."""
        if block < BLOCK_MODULUS:
            return block
        return (
            self.counting.numbering.wire(block) if self.counting.is_settled else _NEVER
        )
