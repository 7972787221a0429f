"""Tests without permissions, even if the tests run as root."""

import contextlib
import os
from collections.abc import Iterator

_NOBODY = 65_534


@contextlib.contextmanager
def unprivileged() -> Iterator[None]:
    """Drop root temporarily: become nobody, and root again."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
