"""A simple receiving client, written from the RFCs, independent of our own code.

RFC 1350 §4 and §6 (lock-step, dallying), RFC 2347 (OACK, ACK 0), RFC 7440 §4 (windows,
and the ACK that reports a gap). Its interface is bytes.
"""

_MODULUS = 1 << 16


class ModelClient:
    """The reading end of one transfer.

    Args:
        block_size: data bytes in a full block.
        window: blocks before an ACK.
        eager: acknowledge every block out of order, like simple firmware; otherwise
            only the first after a gap and the repeat of the newest.
        timeout: seconds before it repeats its last ACK.
        patience: repeats before it gives up.

    Attributes:
        content: data received in order.
        complete: whether the last block has arrived.
        gave_up: whether it gave up.
        error: code of the ERROR that ended it, or None.
    """

    def __init__(
        self,
        *,
        block_size: int = 512,
        window: int = 1,
        eager: bool = True,
        timeout: float = 4.0,
        patience: int = 15,
    ) -> None:
        self._content = bytearray()
        self.complete = self.gave_up = False
        self.error: int | None = None
        self.block_size, self._window, self._eager = block_size, window, eager
        self._timeout, self._patience = timeout, patience
        self._blocks = self._since_ack = self._waits = 0
        self._gap_reported = False
        self._last_ack: bytes | None = None
        self._due: float | None = timeout

    @property
    def content(self) -> bytes:
        return bytes(self._content)

    def deadline(self) -> float | None:
        """Return when handle_timer() is due; None once it is over."""
        over = self.complete or self.gave_up or self.error is not None
        return None if over else self._due

    def handle_timer(self, now: float) -> list[bytes]:
        """Repeat the last ACK, or give up."""
        self._waits += 1
        self._due = now + self._timeout
        self.gave_up = self._waits > self._patience
        if self.gave_up or self._last_ack is None:
            return []
        return [self._last_ack]

    def receive(self, datagram: bytes, now: float) -> list[bytes]:
        """Process one datagram; return the replies."""
        if self.gave_up or self.error is not None:
            return []
        opcode = int.from_bytes(datagram[:2])
        number = int.from_bytes(datagram[2:4])
        if opcode == 3:
            return self._receive_data(number, datagram[4:], now)
        if opcode == 6:
            return [self._ack()] if self._blocks == 0 else []
        if opcode == 5:
            self.error = number
        return []

    def _receive_data(self, number: int, payload: bytes, now: float) -> list[bytes]:
        ahead = (number - self._blocks) % _MODULUS
        if ahead != 1 or self.complete:
            return self._receive_unexpected(ahead)
        self._content += payload
        self._blocks += 1
        self._since_ack += 1
        self._waits, self._due, self._gap_reported = 0, now + self._timeout, False
        self.complete = len(payload) < self.block_size
        due = self.complete or self._since_ack == self._window
        return [self._ack()] if due else []

    def _receive_unexpected(self, ahead: int) -> list[bytes]:
        if self._last_ack is None and self._blocks == 0:
            return []
        is_gap = 1 < ahead <= self._window and not self._gap_reported
        if not (self._eager or is_gap or ahead == 0):
            return []
        self._gap_reported = self._gap_reported or is_gap
        return [self._ack()]

    def _ack(self) -> bytes:
        self._since_ack = 0
        self._last_ack = b"\0\4" + (self._blocks % _MODULUS).to_bytes(2)
        return self._last_ack
