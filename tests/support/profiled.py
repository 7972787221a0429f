"""The C functions that the interpreter calls, in order, in all threads."""

import contextlib
import socket
import sys
import threading
from collections.abc import Collection, Iterator
from types import FrameType
from typing import Any


@contextlib.contextmanager
def calls_of(names: Collection[str]) -> Iterator[list[str]]:
    """Record calls of the C functions with these names.

    Includes threads that start meanwhile. Of sockets only UDP ones count: an event loop
    wakes itself through another one.
    """
    seen: list[str] = []

    def look(_: FrameType, event: str, function: Any) -> None:
        if event != "c_call" or function.__name__ not in names:
            return
        owner = function.__self__
        if not isinstance(owner, socket.socket) or owner.type == socket.SOCK_DGRAM:
            seen.append(function.__name__)

    threading.setprofile(look)
    sys.setprofile(look)
    try:
        yield seen
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
