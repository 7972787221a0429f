"""Locates packet loss: on which side of the point of capture.

If a side repeats a packet although its reply was captured, the reply was lost between
the capture and that side. If no reply was captured, something was lost on the other
side, in either direction. A packet first seen after later ones was lost before the
capture. Retransmissions with another explanation, and replies that may just have
crossed, prove nothing.
"""

from typing import Final

from tftptui.telemetry.records.ring import Flag
from tftptui.telemetry.views import TransferView

LossMark = tuple[str, int]
"""The loss and its side in words, and the flag for it; "" and 0 for none."""

NOTHING: Final[LossMark] = ("", 0)
_ENDS = {"client": Flag.LOST_TO_CLIENT.value, "server": Flag.LOST_TO_SERVER.value}

_MOST_MISSING = 4_096
"""Maximum number of blocks remembered as missing."""

_MANY = 1 << 40
_CROSSING, _WEIGHT = 2.0, 0.25
"""Multiple of the usual reply time within which a reply may still be on its way."""


class Losses:
    """Tracks one transfer; call it for each DATA and ACK, in order.

    Block 0 is the OACK. Times are seconds.

    Args:
        view: of the transfer, which has the loss counters.
        is_write: whether the client sends the DATA.
    """

    def __init__(self, view: TransferView, *, is_write: bool) -> None:
        self._view = view
        self._sender, self._receiver = ("server", "client")
        if is_write:
            self._sender, self._receiver = ("client", "server")
        self._missing: set[int] = set()
        self._missed_at = 0.0
        self._acked, self._acked_at, self._times = -1, 0.0, 0
        self._is_pressed = False
        self._repeated = self._stirred = self._reported = -1
        self._reported_ack = (-1, 0)
        self._turnaround = 0.0
        self._is_explained = False

    # First transmissions in order

    def data(self, first: int, highest: int, now: float) -> None:
        """Handle DATA after HIGHEST, maybe with a gap."""
        if first == self._acked + 1 and self._times == 1:
            taken = now - self._acked_at
            weight = _WEIGHT if self._turnaround else 1.0
            self._turnaround += weight * (taken - self._turnaround)
        if first > highest + 1 and len(self._missing) < _MOST_MISSING:
            self._missing.update(range(highest + 1, first))
            self._missed_at = now

    def ack(self, block: int, highest: int, now: float) -> None:
        """Handle the first ACK of BLOCK while HIGHEST has been sent."""
        self._acked, self._acked_at, self._times = block, now, 1
        self._is_pressed = highest > block + 1  # a gap report (RFC 7440 §4)
        self._repeated = -1
        if self._missing:
            arrived = {one for one in self._missing if one <= block}
            self._missing -= arrived
            self._view.unseen += len(arrived)

    # Signs of a loss

    def late(self, first: int, count: int, now: float) -> LossMark:
        """Handle DATA seen for the first time after later blocks."""
        found = self._missing & set(range(first, first + count))
        self._missing -= found
        self._repeated = first + count
        if not found or now - self._missed_at < self._turnaround:
            return NOTHING  # too soon for a retransmission: it was reordered
        return self._lost(self._sender, _blocks(min(found), max(found)))

    def data_again(self, first: int, count: int, highest: int, now: float) -> LossMark:
        """Handle DATA that was seen before, as all up to HIGHEST were."""
        follows, self._repeated = first == self._repeated, first + count
        is_explained, self._is_explained = self._is_explained, False
        if follows or is_explained:
            return NOTHING  # only the first of them had a timeout
        last = first + count - 1
        stirred, self._stirred = self._stirred, -1
        crosses = now - self._acked_at < _CROSSING * self._turnaround
        if last > self._acked and self._is_pressed:
            is_new, self._reported = self._reported != first, -1
            return self._lost(self._receiver, _blocks(first, last), is_new=is_new)
        if first == stirred or crosses:
            return NOTHING  # may be caused by an ACK (RFC 1123 §4.2.3.1)
        if last > self._acked:
            return self._unanswered(first, last, highest)
        ack = (self._acked, self._times)
        is_new, self._reported_ack = self._reported_ack != ack, ack
        return self._lost(self._sender, f"ACK {self._acked:,}", is_new=is_new)

    def _unanswered(self, first: int, last: int, highest: int) -> LossMark:
        """Report DATA without a reply; a window is acknowledged at its end."""
        end = max(self._acked, 0) + self._view.window
        if first and highest < min(end, self._last_block()):
            return self._lost(self._sender, _blocks(highest + 1, highest + 1))
        is_window = first and self._view.window > 1
        what = f"the window from {first:,}" if is_window else _blocks(first, last)
        return self._lost(self._receiver, f"{what}, or its reply,")

    def _last_block(self) -> int:
        view = self._view
        if view.total_size is None:
            return _MANY
        return view.total_size // view.block_size + 1

    def ack_again(
        self, block: int, highest: int, answered: int, now: float
    ) -> LossMark:
        """Handle an ACK that was seen before; its block was seen ANSWERED times."""
        self._stirred = block + 1
        if block != self._acked:
            return NOTHING
        self._times += 1
        self._acked_at = now
        if self._times <= answered:
            return NOTHING  # it replies to a retransmission
        self._is_pressed = True
        if highest == block:
            return self._lost(self._sender, f"ACK {block:,}, or its reply,")
        wanted = block + 1
        is_new, self._reported = self._reported != wanted, wanted
        return self._lost(self._receiver, _blocks(wanted, wanted), is_new=is_new)

    def request_again(self, *, is_answered: bool) -> LossMark:
        """Handle a request that was seen before."""
        if is_answered:
            return self._lost("client", "the reply")
        return self._lost("server", "the request, or its reply,")

    def explain(self) -> None:
        """Expect repeated DATA that shows no loss.

        It replies to a repeated request, or an ICMP error was returned for the first
        copy.
        """
        self._is_explained = True

    def _lost(self, end: str, what: str, *, is_new: bool = True) -> LossMark:
        """Return the note for a loss; count it unless it is known already."""
        if end == "client":
            self._view.lost_to_client += is_new
        else:
            self._view.lost_to_server += is_new
        return f"{what} lost between here and the {end}", _ENDS[end]


def _blocks(first: int, last: int) -> str:
    if not first:
        return "the OACK"
    return f"block {first:,}" if first == last else f"blocks {first:,}–{last:,}"
