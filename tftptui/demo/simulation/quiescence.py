"""Waiting for what the kernel and threads do in their own time.

A demo is to take the same course however busy the machine is. So what is on the
loopback, and what threads are at, has to be over before anybody looks at it.
"""

import asyncio
import contextlib
import os
import select
import socket
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

_PATIENCE = 1.0  # real seconds after which a mark counts as lost, or a thread as slow
_TRIES = 10
_MARK = 8  # bytes


class Loopback:
    """Knows when all that this thread has sent to this machine has arrived.

    The kernel hands over in order what one processor has sent, though not always at
    once. So the thread stays on one, and when a mark that it sends to itself is
    there, so is all that it sent before.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._mark.setblocking(False)  # noqa: FBT003 - the name says it
        self._mark.bind(("127.0.0.1", 0))
        self._mark.connect(self._mark.getsockname())
        self._processors = _stay_on_one()

    def settle(self) -> None:
        """Return when all that was sent has arrived."""
        for _ in range(_TRIES):
            self._sent += 1
            mark = self._sent.to_bytes(_MARK)
            with contextlib.suppress(OSError):
                self._mark.send(mark)
            if self._has_come(mark):
                return

    def close(self) -> None:
        """Close the socket, and let the thread go where it may."""
        self._mark.close()
        if self._processors:
            os.sched_setaffinity(0, self._processors)
            self._processors = set()

    def _has_come(self, mark: bytes) -> bool:
        """Return whether a mark has come; marks before it may be late."""
        while True:
            try:
                if self._mark.recv(_MARK) == mark:
                    return True
            except BlockingIOError:
                if not select.select([self._mark], [], [], _PATIENCE)[0]:
                    return False  # a full queue has swallowed it


class Errands:
    """Work in threads; results are reported in the order of the calls.

    Args:
        wake: calls something back in the loop's thread.
    """

    def __init__(self, wake: Callable[[Callable[[], None]], object]) -> None:
        self._wake = wake
        self._threads: ThreadPoolExecutor | None = None
        self._out: deque[tuple[Future[None], Callable[[], None]]] = deque()

    def __len__(self) -> int:
        return len(self._out)

    def send(
        self, executor: Executor | None, work: Callable[[], T], told: asyncio.Future[T]
    ) -> None:
        """Have work done in a thread; bring() tells the outcome."""
        if executor is None:
            self._threads = self._threads or ThreadPoolExecutor(
                thread_name_prefix="demo-work"
            )
            executor = self._threads
        outcome: Future[T] = Future()
        done = executor.submit(_do, work, outcome)
        self._out.append((done, lambda: _tell(outcome, told)))
        done.add_done_callback(self._ring)

    def bring(self) -> bool:
        """Wait for all work, but not for ever; tell its outcomes.

        Returns:
            Whether there was any.
        """
        has_news = False
        while self._out:
            done, tell = self._out[0]
            if not wait([done], _PATIENCE).done:
                break  # time stands still for it, and a presenter is heard
            self._out.popleft()
            tell()
            has_news = True
        return has_news

    def close(self) -> None:
        """Wait for the threads and end them."""
        if self._threads is not None:
            self._threads.shutdown()

    def _ring(self, _: Future[None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._wake(lambda: None)


def _do(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001 - the caller gets it
        outcome.set_exception(error)


def _tell(outcome: Future[T], told: asyncio.Future[T]) -> None:
    if told.done():  # the caller has gone
        return
    error = outcome.exception()
    if error is None:
        told.set_result(outcome.result())
    else:
        told.set_exception(error)


def _stay_on_one() -> set[int]:
    """Keep this thread on one processor; return those it could use before."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    before: set[int] = os.sched_getaffinity(0)
    chosen = sorted(before)[os.getpid() % len(before)]
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {chosen})
    return before
