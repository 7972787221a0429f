"""Ctrl-C as a file descriptor to wait for, so that it never interrupts a step."""

import signal
import socket
from types import FrameType, TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Inside this context, the first SIGINT or SIGTERM only sets a flag.

    A second one has its previous effect, in case the first is not enough.

    Attributes:
        happened: whether a signal has arrived.
    """

    def __init__(self) -> None:
        self.happened = False

    def __enter__(self) -> Self:
        self._ours, self._kernels = socket.socketpair()
        for end in (self._ours, self._kernels):
            end.setblocking(False)  # noqa: FBT003 - the name says it
        self._wakeup = signal.set_wakeup_fd(
            self._kernels.fileno(), warn_on_full_buffer=False
        )
        self._before = {number: signal.getsignal(number) for number in _SIGNALS}
        for number in _SIGNALS:
            signal.signal(number, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore()
        signal.set_wakeup_fd(self._wakeup)
        self._ours.close()
        self._kernels.close()

    def fileno(self) -> int:
        """Return a descriptor that is readable once a signal has arrived."""
        return self._ours.fileno()

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.happened = True
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
