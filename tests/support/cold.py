"""Files that lie on the disk alone."""

import os
import tempfile
from pathlib import Path

import pytest


def make_cold(path: Path) -> None:
    """Have the system forget what it holds of a file; skip the test where it won't."""
    if not hasattr(os, "RWF_NOWAIT"):
        pytest.skip("this system can't read without waiting")
    with tempfile.NamedTemporaryFile(dir=path.parent) as probe:
        probe.write(b"x" * 8_192)
        _forget(probe.fileno())
        try:
            os.preadv(probe.fileno(), [bytearray(8_192)], 0, os.RWF_NOWAIT)
        except BlockingIOError:
            pass  # reading has begun, which is why it is another file
        except OSError as error:
            pytest.skip(f"this file system can't be read without waiting: {error}")
        else:
            pytest.skip("this file system keeps what it is told to forget")
    with path.open("rb") as file:
        _forget(file.fileno())


def _forget(descriptor: int) -> None:
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
