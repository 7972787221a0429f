"""Write-behind: a thread writes uploads to a slow disk."""

import asyncio
import os
import threading
from collections import deque

from tftptui.files.file_content import Content
from tftptui.server.transfer.uploads import Upload, UploadError

SLOW = 0.05
"""Seconds of one write after which the next ones are left to a thread."""

_MOST_WAITING = 16 << 20
"""Bytes buffered at most; beyond that write_all() waits for the disk."""


class WriteBehind:
    """An Upload written by a thread; see Upload for the methods.

    The next call raises an error that occurred in the thread.

    Attributes:
        nbytes: bytes so far, including buffered ones.
        writing: the thread's future, once it was started.
    """

    def __init__(self, upload: Upload) -> None:
        self.nbytes = upload.nbytes
        self._upload = upload
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._error: UploadError | None = None
        self._is_writing = self._is_dropped = False
        self.writing: asyncio.Future[None] | None = None
        self._moved = threading.Condition()

    @property
    def status(self) -> os.stat_result | None:
        """Status of the published file."""
        return self._upload.status

    @property
    def content(self) -> Content:
        """The bytes written so far, for a capture."""
        return self._upload.content

    @property
    def is_limited(self) -> bool:
        """True if each block must be checked before more are requested."""
        return self._upload.is_limited

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes; see Upload."""
        self.write_all([memoryview(data)])

    def write_all(self, pieces: list[memoryview]) -> None:
        """Append a copy of PIECES, in order; see Upload."""
        piece = b"".join(pieces)
        self._upload.admit(len(piece))
        with self._moved:
            self._moved.wait_for(lambda: self._waiting_bytes < _MOST_WAITING)
            self._raise_error()
            self._waiting.append(piece)
            self._waiting_bytes += len(piece)
            self.nbytes += len(piece)
            is_new = not self._is_writing
            self._is_writing = True
        if is_new:
            loop = asyncio.get_running_loop()
            self.writing = loop.run_in_executor(None, self._run)

    def flush(self) -> None:
        """Sync the file to disk; call it in a thread; see Upload."""
        with self._moved:
            self._moved.wait_for(lambda: not self._is_writing)
            self._raise_error()
        self._upload.flush()

    def publish(self) -> None:
        """Give the file its name; see Upload."""
        self._upload.publish()

    def discard(self) -> None:
        """Remove the hidden file and drop what is buffered."""
        with self._moved:
            self._forget()
            self._is_dropped = True
            is_idle = not self._is_writing
        if is_idle:  # otherwise the thread does it at the end
            self._upload.discard()

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _forget(self) -> None:
        self._waiting.clear()
        self._waiting_bytes = 0

    def _run(self) -> None:
        """Write buffered pieces, in a thread."""
        while (piece := self._next()) is not None:
            try:
                self._upload.append([memoryview(piece)])
            except UploadError as error:
                with self._moved:
                    self._error = error
                    self._forget()
        if self._is_dropped:
            self._upload.discard()

    def _next(self) -> bytes | None:
        with self._moved:
            if not self._waiting:
                self._is_writing = False
                self._moved.notify_all()
                return None
            piece = self._waiting.popleft()
            self._waiting_bytes -= len(piece)
            self._moved.notify_all()
            return piece
