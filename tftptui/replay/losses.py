"""On which side of a capture a packet was lost, as far as what came past tells.

Who repeats something although its answer came past here has not got that answer: it
was lost between here and him. Who repeats it, and no answer came past, waits for
something that was lost on the other side, on the way there or back. A packet that
comes past for the first time after later ones was lost before it came here. Repeats
that something else explains, and answers that may just have crossed, prove nothing.
"""

from typing import Final

from tftptui.telemetry.records.ring import Flag
from tftptui.telemetry.views import TransferView

Told = tuple[str, int]
"""What was lost where, in words, and the flag that says so; "" and 0 for nothing."""

NOTHING: Final[Told] = ("", 0)
_ENDS = {"client": Flag.LOST_TO_CLIENT.value, "server": Flag.LOST_TO_SERVER.value}

_MOST_MISSING = 4_096
"""Blocks that are remembered as missing."""

_MANY = 1 << 40
_CROSSING, _WEIGHT = 2.0, 0.25
"""How many usual times of an answer one may take, and still be under way."""


class Losses:
    """Follows one transfer; call it for each packet of DATA, each ACK, in order.

    Block 0 is the OACK that a file begins with. Times are seconds.

    Args:
        view: of the transfer, where losses are counted.
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
        self._repeated = self._stirred = self._told = -1
        self._told_ack = (-1, 0)
        self._turnaround = 0.0
        self._is_explained = False

    # In order, and for the first time.

    def data(self, first: int, highest: int, now: float) -> None:
        """Take DATA that goes on after HIGHEST, perhaps leaving some out."""
        if first == self._acked + 1 and self._times == 1:
            taken = now - self._acked_at
            weight = _WEIGHT if self._turnaround else 1.0
            self._turnaround += weight * (taken - self._turnaround)
        if first > highest + 1 and len(self._missing) < _MOST_MISSING:
            self._missing.update(range(highest + 1, first))
            self._missed_at = now

    def ack(self, block: int, highest: int, now: float) -> None:
        """Take the first ACK of BLOCK while HIGHEST has been sent."""
        self._acked, self._acked_at, self._times = block, now, 1
        self._is_pressed = highest > block + 1  # a gap report (RFC 7440 §4)
        self._repeated = -1
        if self._missing:
            arrived = {one for one in self._missing if one <= block}
            self._missing -= arrived
            self._view.unseen += len(arrived)

    # What shows a loss.

    def late(self, first: int, count: int, now: float) -> Told:
        """Take DATA that was not seen before, though later blocks were."""
        found = self._missing & set(range(first, first + count))
        self._missing -= found
        self._repeated = first + count
        if not found or now - self._missed_at < self._turnaround:
            return NOTHING  # so soon it can't be a repeat: it was overtaken
        return self._lost(self._sender, _blocks(min(found), max(found)))

    def data_again(self, first: int, count: int, highest: int, now: float) -> Told:
        """Take DATA that came past before, as all up to HIGHEST did."""
        follows, self._repeated = first == self._repeated, first + count
        is_explained, self._is_explained = self._is_explained, False
        if follows or is_explained:
            return NOTHING  # only the first of them was waited for
        last = first + count - 1
        stirred, self._stirred = self._stirred, -1
        crosses = now - self._acked_at < _CROSSING * self._turnaround
        if last > self._acked and self._is_pressed:
            is_new, self._told = self._told != first, -1
            return self._lost(self._receiver, _blocks(first, last), is_new=is_new)
        if first == stirred or crosses:
            return NOTHING  # an ACK may have set it off (RFC 1123 §4.2.3.1)
        if last > self._acked:
            return self._unanswered(first, last, highest)
        ack = (self._acked, self._times)
        is_new, self._told_ack = self._told_ack != ack, ack
        return self._lost(self._sender, f"ACK {self._acked:,}", is_new=is_new)

    def _unanswered(self, first: int, last: int, highest: int) -> Told:
        """Report DATA without a reply; a window gets its reply at its end."""
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

    def ack_again(self, block: int, highest: int, answered: int, now: float) -> Told:
        """Take an ACK that came past before; its block came ANSWERED times."""
        self._stirred = block + 1
        if block != self._acked:
            return NOTHING
        self._times += 1
        self._acked_at = now
        if self._times <= answered:
            return NOTHING  # it answers a repeat
        self._is_pressed = True
        if highest == block:
            return self._lost(self._sender, f"ACK {block:,}, or its reply,")
        wanted = block + 1
        is_new, self._told = self._told != wanted, wanted
        return self._lost(self._receiver, _blocks(wanted, wanted), is_new=is_new)

    def request_again(self, *, is_answered: bool) -> Told:
        """Take a request that came past before."""
        if is_answered:
            return self._lost("client", "the reply")
        return self._lost("server", "the request, or its reply,")

    def explain(self) -> None:
        """Expect DATA again that shows no loss.

        It answers a repeated request, or it was sent before and an ICMP error came.
        """
        self._is_explained = True

    def _lost(self, end: str, what: str, *, is_new: bool = True) -> Told:
        """Tell a loss; count it, unless it has shown before."""
        if end == "client":
            self._view.lost_to_client += is_new
        else:
            self._view.lost_to_server += is_new
        return f"{what} lost between here and the {end}", _ENDS[end]


def _blocks(first: int, last: int) -> str:
    if not first:
        return "the OACK"
    return f"block {first:,}" if first == last else f"blocks {first:,}–{last:,}"
