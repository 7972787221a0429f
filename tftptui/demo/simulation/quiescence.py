"""Waits for asynchronous work of the kernel and of threads.

A demo must run the same way no matter how busy the machine is. So packets on the
loopback, and work in threads, must be finished before the next step.
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
    """Detects when everything that this thread has sent to this host has arrived.

    The kernel delivers in order what one processor has sent, though not always at once.
    So the thread is pinned to one processor, and sends a mark to itself: when that
    arrives, everything sent before has arrived as well.
    """

    def __init__(self) -> None:
        self._sent = 0
        self._mark = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._mark.setblocking(False)  # noqa: FBT003 - the name says it
        self._mark.bind(("127.0.0.1", 0))
        self._mark.connect(self._mark.getsockname())
        self._processors = _stay_on_one()

    def settle(self) -> None:
        """Wait until everything that was sent has arrived."""
        for _ in range(_TRIES):
            self._sent += 1
            mark = self._sent.to_bytes(_MARK)
            with contextlib.suppress(OSError):
                self._mark.send(mark)
            if self._has_come(mark):
                return

    def close(self) -> None:
        """Close the socket, and unpin the thread."""
        self._mark.close()
        if self._processors:
            os.sched_setaffinity(0, self._processors)
            self._processors = set()

    def _has_come(self, mark: bytes) -> bool:
        """Return whether a mark has arrived; earlier marks may be late."""
        while True:
            try:
                if self._mark.recv(_MARK) == mark:
                    return True
            except BlockingIOError:
                if not select.select([self._mark], [], [], _PATIENCE)[0]:
                    return False  # lost in a full queue


class Errands:
    """Work in threads; results are set in the order of the calls.

    Args:
        wake: schedules a callback in the loop's thread.
    """

    def __init__(self, wake: Callable[[Callable[[], None]], object]) -> None:
        self._wake = wake
        self._threads: ThreadPoolExecutor | None = None
        self._out: deque[tuple[Future[None], Callable[[], None]]] = deque()

    def __len__(self) -> int:
        return len(self._out)

    def send(
        self,
        executor: Executor | None,
        work: Callable[[], T],
        result: asyncio.Future[T],
    ) -> None:
        """Run work in a thread; bring() sets its result."""
        if executor is None:
            self._threads = self._threads or ThreadPoolExecutor(
                thread_name_prefix="demo-work"
            )
            executor = self._threads
        outcome: Future[T] = Future()
        done = executor.submit(_do, work, outcome)
        self._out.append((done, lambda: _tell(outcome, result)))
        done.add_done_callback(self._ring)

    def bring(self) -> bool:
        """Wait for all work, up to a limit, and set the results.

        Returns:
            Whether there was any.
        """
        has_news = False
        while self._out:
            done, tell = self._out[0]
            if not wait([done], _PATIENCE).done:
                break  # time stands still until it is done; handle keys meanwhile
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


def _tell(outcome: Future[T], done: asyncio.Future[T]) -> None:
    if done.done():  # the caller has cancelled
        return
    error = outcome.exception()
    if error is None:
        done.set_result(outcome.result())
    else:
        done.set_exception(error)


def _stay_on_one() -> set[int]:
    """Pin this thread to one processor; return those it could use before."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    before: set[int] = os.sched_getaffinity(0)
    chosen = sorted(before)[os.getpid() % len(before)]
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {chosen})
    return before
