"""The source of a file to send."""

import errno
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

from tftptui.client.download_target import STANDARD_STREAM
from tftptui.files.source import FileSource, NetasciiSource, OpenFile, Source
from tftptui.protocol.packets import Mode


class _Original(OpenFile, frozen=True):
    """A local file; ``local`` is its path."""

    local: str

    def is_named(self) -> bool:
        """Return whether its path still refers to it."""
        try:
            return os.path.samestat(Path(self.local).stat(), self.status)
        except OSError:
            return False


def open_original(local: str, mode: Mode) -> Source:
    """Open LOCAL; its size is known unless it is converted.

    Standard input and pipes are first read to the end: TFTP may resend blocks, and
    sends the size beforehand.

    Raises:
        OSError: it can't be read.
    """
    if local == STANDARD_STREAM:
        descriptor = _spooled(sys.stdin.buffer)
    else:
        descriptor = _opened(local)
    file = _Original(descriptor, os.fstat(descriptor), local)
    return NetasciiSource(file) if mode is Mode.NETASCII else FileSource(file)


def _opened(local: str) -> int:
    descriptor = os.open(local, os.O_RDONLY | os.O_CLOEXEC)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode):
        return descriptor
    if stat.S_ISDIR(mode):
        os.close(descriptor)
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), local)
    with os.fdopen(descriptor, "rb") as stream:
        return _spooled(stream)


def _spooled(stream: BinaryIO) -> int:
    """Return a descriptor of a temporary file with everything in the stream."""
    with tempfile.TemporaryFile() as spool:
        shutil.copyfileobj(stream, spool)
        spool.flush()
        return os.dup(spool.fileno())
