"""Writes lines to a descriptor that may block: a pipe, a terminal, a socket.

A thread waits for the reader; the server never does. The caller counts lines that were
dropped because the buffer was full; after that, the reader gets whole lines again.
"""

import os
import threading
from collections import deque

ROOM = 4 << 20
"""Bytes buffered for a slow reader: some ten thousand lines."""

PATIENCE = 2.0
"""Seconds to wait for the reader at the end."""

_GATHERING = 0.01
"""Seconds to collect lines: waking the thread for each would cost more."""

_AT_ONCE = 1 << 16
"""Approximate bytes of one write."""


class Outlet:
    """Writes lines in order, in a thread.

    Args:
        descriptor: destination. The caller may close it: the thread has a duplicate,
            and may block in it for longer than anybody waits.
        room: buffer size in bytes.
    """

    def __init__(self, descriptor: int, room: int = ROOM) -> None:
        self._descriptor, self._room = os.dup(descriptor), room
        self._lines: deque[bytes] = deque()
        self._nbytes = 0  # bytes buffered, including those being written
        self._writing = 0  # lines being written by the thread
        self._is_full = self._is_over = self._is_idle = False
        self._error: OSError | None = None
        self._changed = threading.Condition()
        # A daemon: a blocked thread must not keep the process alive.
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def write(self, line: bytes) -> bool:
        """Queue a line; return False if the buffer is full.

        Once full, it accepts no line until half of the buffer is written.

        Raises:
            OSError: the descriptor can't be written any more.
        """
        with self._changed:
            if self._error is not None:
                raise self._error
            if self._is_full or self._nbytes + len(line) > self._room:
                self._is_full = True
                return False
            self._lines.append(line)
            self._nbytes += len(line)
            if self._thread.ident is None:
                self._thread.start()
            if self._is_idle:
                self._is_idle = False
                self._changed.notify()
        return True

    def close(self, patience: float = PATIENCE) -> int:
        """Wait for buffered lines; return how many were not read in time.

        Raises:
            OSError: the descriptor can't be written any more.
        """
        with self._changed:
            self._is_over = True
            self._changed.notify()
        if self._thread.ident is None:
            os.close(self._descriptor)
            return 0
        self._thread.join(patience)
        with self._changed:
            if self._error is not None:
                raise self._error
            unread = self._writing + len(self._lines)
            self._lines.clear()
            return unread

    def _run(self) -> None:
        try:
            self._write_all()
        finally:
            os.close(self._descriptor)

    def _write_all(self) -> None:
        while lines := self._take():
            try:
                self._put(b"".join(lines))
            except OSError as error:
                with self._changed:
                    self._error = error
                    self._lines.clear()
                return
            with self._changed:
                self._nbytes -= sum(map(len, lines))
                self._writing = 0
                self._is_full = self._is_full and self._nbytes > self._room // 2

    def _take(self) -> list[bytes]:
        """Wait for lines and return some; none at the end."""
        with self._changed:
            self._is_idle = not self._lines
            self._changed.wait_for(lambda: self._lines or self._is_over)
            if not self._is_over and self._nbytes < _AT_ONCE:
                self._changed.wait(_GATHERING)  # close() ends this wait
            taken: list[bytes] = []
            nbytes = 0
            while self._lines and nbytes < _AT_ONCE:
                taken.append(self._lines.popleft())
                nbytes += len(taken[-1])
            self._writing = len(taken)
            return taken

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]
