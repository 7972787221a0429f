"""An event loop that runs callbacks of transfer sockets inside select().

A lock-step transfer is one small packet each way, thousands of times a second, and one
iteration of the event loop costs as much as the packet. So the callbacks of sockets
registered with the selector's add() run within select(). The loop gets control when
another descriptor is ready, when a timer is due, and as soon as a callback schedules
something: nothing else on the loop can starve.
"""

import asyncio
import contextlib
import math
import select
import selectors
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import Context
from typing import Protocol, TypeVarTuple

from tftptui.server.fastpath.timerfd import KernelTimer

Callback = Callable[[], None]

Ts = TypeVarTuple("Ts")

_BATCH = 64
"""Sockets served in a row before polling again."""

_READABLE = select.EPOLLIN if hasattr(select, "EPOLLIN") else 1

_SLACK = 0.001
"""Seconds that a timer of the loop may be late."""


class HasFileno(Protocol):
    """An object with a file descriptor."""

    def fileno(self) -> int:
        """Return the file descriptor."""


FileObject = int | HasFileno


class Readers(Protocol):
    """Registers callbacks for readable sockets."""

    def add(self, sock: socket.SocketType, callback: Callback) -> None:
        """Call CALLBACK whenever SOCK is readable."""

    def change(self, sock: socket.SocketType, callback: Callback) -> None:
        """Replace the callback registered for SOCK."""

    def drop(self, sock: socket.SocketType) -> None:
        """Unregister the socket and close it."""


class LoopReaders:
    """Readers for any event loop: portable, one loop iteration per wake-up."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def add(self, sock: socket.SocketType, callback: Callback) -> None:
        """Call CALLBACK whenever SOCK is readable."""
        self._loop.add_reader(sock, callback)

    def change(self, sock: socket.SocketType, callback: Callback) -> None:
        """Replace the callback registered for SOCK."""
        self._loop.add_reader(sock, callback)

    def drop(self, sock: socket.SocketType) -> None:
        """Unregister the socket and close it."""
        self._loop.remove_reader(sock)
        sock.close()


class InlineSelector(selectors.BaseSelector):
    """A selector on epoll that runs the callbacks of some sockets itself.

    Args:
        failed: gets exceptions raised by callbacks; other sockets are still served.

    Raises:
        OSError: the system lacks epoll or timerfd.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._timer = KernelTimer()
        self._epoll = select.epoll()
        self._epoll.register(self._timer.fileno(), select.EPOLLIN)
        self._armed_for = math.inf
        self._keys: dict[int, selectors.SelectorKey] = {}
        self._inline: dict[int, Callback | None] = {self._timer.fileno(): None}
        self._failed = failed
        self._is_wanted = False

    def add(self, sock: socket.SocketType, callback: Callback) -> None:
        """Call CALLBACK within select() whenever SOCK is readable."""
        number = sock.fileno()
        self._epoll.register(number, _READABLE)
        self._inline[number] = callback

    def change(self, sock: socket.SocketType, callback: Callback) -> None:
        """Replace the callback registered for SOCK."""
        self._inline[sock.fileno()] = callback

    def remove(self, sock: socket.SocketType) -> None:
        """Unregister the socket; it stays open."""
        if self._inline.pop(sock.fileno(), None) is not None:
            self._epoll.unregister(sock.fileno())

    def drop(self, sock: socket.SocketType) -> None:
        """Close the socket, which also removes it from epoll."""
        self._inline.pop(sock.fileno(), None)
        sock.close()

    def interrupt(self) -> None:
        """Make select() return to the loop."""
        self._is_wanted = True

    def register(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Register a file object for the loop itself; see BaseSelector."""
        number = _descriptor(fileobj)
        if number in self._inline:
            raise KeyError(f"{fileobj!r} is registered already")
        key = selectors.SelectorKey(fileobj, number, events, data)
        self._epoll.register(number, _mask(events))
        self._keys[number] = key
        self._inline[number] = None
        return key

    def unregister(self, fileobj: FileObject) -> selectors.SelectorKey:
        """Unregister a file object; see BaseSelector."""
        key = self._keys.pop(_descriptor(fileobj))
        if self._inline.get(key.fd, self) is not None:
            # closed earlier; its descriptor number now belongs to a transfer
            return key
        del self._inline[key.fd]
        with contextlib.suppress(OSError):  # may be closed already
            self._epoll.unregister(key.fd)
        return key

    def modify(
        self, fileobj: FileObject, events: int, data: object = None
    ) -> selectors.SelectorKey:
        """Change the events of a file object; see BaseSelector."""
        old = self._keys[_descriptor(fileobj)]
        key = selectors.SelectorKey(old.fileobj, old.fd, events, data)
        if events != old.events:
            self._epoll.modify(old.fd, _mask(events))
        self._keys[old.fd] = key
        return key

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Serve inline sockets until the loop has work; see BaseSelector."""
        self._is_wanted = False
        wait = None
        if timeout is not None and timeout <= 0:
            wait = 0.0
        elif timeout is not None:
            self._arm(timeout)
        poll, serve = self._epoll.poll, self._serve
        ready: list[tuple[selectors.SelectorKey, int]] = []
        while True:
            serve(poll(wait, _BATCH), ready)
            if ready or self._is_wanted or wait is not None:
                return ready

    def _serve(
        self,
        found: list[tuple[int, int]],
        ready: list[tuple[selectors.SelectorKey, int]],
    ) -> None:
        """Run inline callbacks for FOUND; append the loop's own events to READY."""
        inline = self._inline
        for number, events in found:
            try:
                callback = inline[number]
            except KeyError:  # closed in this same round
                continue
            if callback is None:
                self._find(number, events, ready)
                continue
            try:
                callback()
            except Exception as error:  # noqa: BLE001 - one failure must not stop all
                self._failed(error)

    def _arm(self, timeout: float) -> None:
        """Set the timer to end a poll, which has no timeout of its own.

        A timer that is already set to an earlier time stays: it only makes the loop
        poll once more. Most waits end early anyway, and setting the timer is a system
        call.
        """
        until = time.monotonic() + timeout
        if until < self._armed_for - _SLACK:
            self._timer.set(until)
            self._armed_for = until

    def get_map(self) -> Mapping[FileObject, selectors.SelectorKey]:
        """Return the file objects of the loop itself; see BaseSelector."""
        return _Registered(self._keys)

    def close(self) -> None:
        """Close the epoll and timer descriptors."""
        self._epoll.close()
        self._timer.close()
        self._keys.clear()
        self._inline.clear()

    def _find(
        self, number: int, events: int, ready: list[tuple[selectors.SelectorKey, int]]
    ) -> None:
        """Handle a descriptor of the loop: the timer, or one to append to READY."""
        if number == self._timer.fileno():
            self._timer.clear()
            self._armed_for = math.inf
            self._is_wanted = True
            return
        key = self._keys.get(number)
        if key is not None:
            ready.append((key, _events(events) & key.events))


class _Registered(Mapping[FileObject, selectors.SelectorKey]):
    """Registered file objects, by descriptor or by object."""

    def __init__(self, keys: dict[int, selectors.SelectorKey]) -> None:
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[FileObject]:
        return iter([key.fd for key in self._keys.values()])

    def __getitem__(self, fileobj: FileObject) -> selectors.SelectorKey:
        return self._keys[_descriptor(fileobj)]


class EngineLoop(asyncio.SelectorEventLoop):
    """asyncio's selector event loop on an InlineSelector."""

    def __init__(self) -> None:
        self.inline = InlineSelector(self._callback_failed)
        super().__init__(self.inline)

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        """Schedule CALLBACK and make select() return."""
        self.inline.interrupt()
        return super().call_soon(callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Schedule CALLBACK and make select() return, so the timeout is recomputed."""
        self.inline.interrupt()
        return super().call_at(when, callback, *args, context=context)

    def _callback_failed(self, error: Exception) -> None:
        self.call_exception_handler(
            {"message": "a transfer's socket could not be served", "exception": error}
        )


def new_loop() -> asyncio.AbstractEventLoop:
    """Return the fastest event loop that this system supports."""
    with contextlib.suppress(OSError):  # no timerfd
        if hasattr(select, "epoll"):
            return EngineLoop()
    return asyncio.new_event_loop()


def readers_of(loop: asyncio.AbstractEventLoop) -> Readers:
    """Return where transfer sockets are registered on this loop."""
    return loop.inline if isinstance(loop, EngineLoop) else LoopReaders(loop)


def _mask(events: int) -> int:
    mask = select.EPOLLIN if events & selectors.EVENT_READ else 0
    return mask | (select.EPOLLOUT if events & selectors.EVENT_WRITE else 0)


def _events(mask: int) -> int:
    events = selectors.EVENT_READ if mask & ~select.EPOLLOUT else 0
    return events | (selectors.EVENT_WRITE if mask & ~select.EPOLLIN else 0)


def _descriptor(fileobj: FileObject) -> int:
    return fileobj if isinstance(fileobj, int) else fileobj.fileno()
