"""Test transfers from chosen ports with chosen options.

Each trial is an ordinary read that ends once enough data has arrived; nothing is kept.
"""

import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass
from threading import Lock
from types import TracebackType
from typing import Self

from tftptui.client.channel import Channel, open_channel
from tftptui.client.error_words import port_trouble
from tftptui.client.get import Getting
from tftptui.client.transfer_order import Order
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import End
from tftptui.protocol.commands import Outcome as Ending
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import Options
from tftptui.protocol.requester import NEVER_ANSWERED
from tftptui.settings import PortRange
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.probe_trials import SEEN_ENOUGH, Outcome, Trial

AT_ONCE = 8
"""Concurrent trials."""

ENOUGH = 64 << 10
"""Bytes after which a trial ends: enough for a block of any size."""

_DISAGREED = "refused with ERROR 8; works without options"


@dataclass(frozen=True, slots=True)
class Probe:
    """The trials to run.

    Attributes:
        server: the server.
        file: its name on the server.
        ports: client ports, one trial from each.
        offer: options to request.
        timeout: seconds before a retry; retries: their number.
        enough: bytes after which a trial ends.
    """

    server: Endpoint
    file: bytes
    ports: tuple[int, ...]
    offer: Offer
    timeout: int = 2
    retries: int = 2
    enough: int = ENOUGH


class Stop:
    """A flag that stops all active trials; any thread may set it at any time."""

    def __init__(self) -> None:
        self.happened = False
        self._lock = Lock()
        self._ours, self._theirs = socket.socketpair()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self.happened = True
            self._ours.close()
            self._theirs.close()

    def fileno(self) -> int:
        """Return a descriptor that is readable once the flag is set."""
        return self._theirs.fileno()

    def set(self) -> None:
        """Stop all trials."""
        with self._lock:
            if not self.happened:
                self.happened = True
                self._ours.send(b"\0")


class Enough:
    """A target that keeps nothing, and a flag that stops once enough data has arrived.

    Args:
        stop: also stops it.
        enough: bytes.
    """

    def __init__(self, stop: Stop, enough: int) -> None:
        self.nbytes = 0
        self._stop, self._enough = stop, enough

    @property
    def has_come(self) -> bool:
        """True if enough data has arrived."""
        return self.nbytes >= self._enough

    @property
    def happened(self) -> bool:
        """True if the trial should stop."""
        return self._stop.happened or self.has_come

    def write(self, data: memoryview) -> None:
        """Count bytes."""
        self.nbytes += len(data)

    def commit(self) -> None:
        """Do nothing."""

    def discard(self) -> None:
        """Do nothing."""


def free_ports(server: Endpoint, count: int) -> tuple[int, ...]:
    """Return some local ports for this server that are free now."""
    with ExitStack() as held:
        sockets = [
            held.enter_context(socket.socket(server.family, socket.SOCK_DGRAM))
            for _ in range(count)
        ]
        for one in sockets:
            one.bind(Endpoint(_anywhere(server), 0).as_socket_address())
        return tuple(one.getsockname()[1] for one in sockets)


def _anywhere(server: Endpoint) -> str:
    return "::" if server.family is socket.AF_INET6 else "0.0.0.0"  # noqa: S104


def run_probe(
    probe: Probe, stop: Stop, tell: Callable[[Trial], object] = lambda _: None
) -> list[Trial]:
    """Return the trials in order of ports; TELL is called with each as it ends."""
    pool = ThreadPoolExecutor(AT_ONCE)
    waiting = {pool.submit(_trial, probe, port, stop): port for port in probe.ports}
    found: dict[int, Trial] = {}
    try:
        for trial in _as_they_end(waiting):
            found[trial.port] = trial
            tell(trial)
    finally:
        if len(found) < len(waiting):
            stop.set()
        pool.shutdown(cancel_futures=True)
    return [found[port] for port in probe.ports if port in found]


def _as_they_end(waiting: dict[Future[Trial], int]) -> Iterator[Trial]:
    for future in as_completed(waiting):
        yield future.result()


def _trial(probe: Probe, port: int, stop: Stop) -> Trial:
    """Run one trial; every failure is part of the result."""
    options = _text(probe.offer.options())
    try:
        own = Endpoint(_anywhere(probe.server), port)
        channel = open_channel(own, probe.server, stop)
    except OSError as error:
        why = port_trouble(error, PortRange(port, port))
        return Trial(port=port, options=options, outcome="no-port", detail=why)
    with closing(channel):
        return _run(probe, port, channel, stop)


def _run(probe: Probe, port: int, channel: Channel, stop: Stop) -> Trial:
    order = Order(
        is_write=False,
        host=probe.server.host,
        port=probe.server.port,
        file=probe.file,
        local="",
        timeout=probe.timeout,
        retries=probe.retries,
    )
    target = Enough(stop, probe.enough)
    fetch = Getting(order, probe.offer, target, channel, target, time.monotonic)
    fetch.farewell = SEEN_ENOUGH
    end = fetch.run()
    outcome, detail = _how(end, fetch, channel, target)
    reporter = fetch.last_reporter if outcome == "refused" else None
    if outcome == "elsewhere" and channel.stranger is not None:
        reporter = channel.stranger.host
    return Trial(
        port=port,
        options=_text(probe.offer.options()),
        agreed=_text(fetch.terms.options) if fetch.terms else "",
        outcome=outcome,
        detail=detail,
        reporter=reporter,
        server_tid=channel.peer.port if channel.peer else None,
        block_size=fetch.terms.block_size if fetch.terms else None,
        nbytes=target.nbytes,
        seconds=round(fetch.counts.seconds, 6),
        requests=fetch.counts.requests,
    )


def _how(
    end: End, fetch: Getting, channel: Channel, target: Enough
) -> tuple[Outcome, str]:
    """Return the outcome of a trial, and a detail or ""."""
    if fetch.options_failed:
        return "options", _DISAGREED if end.outcome is Ending.COMPLETED else end.text
    if end.outcome is Ending.COMPLETED or target.has_come:
        return "ok", ""
    if end.outcome is Ending.FAILED:
        return "error", end.text
    if fetch.terms is not None:
        return ("cut" if fetch.counts.blocks else "stalled"), end.text
    return _unheard(end, fetch, channel)


def _unheard(end: End, fetch: Getting, channel: Channel) -> tuple[Outcome, str]:
    stranger = channel.stranger
    if stranger is not None and stranger.host != channel.server.host:
        return "elsewhere", f"{stranger} replied instead"
    if fetch.last_report:
        return "refused", fetch.last_report
    return "silent", "" if end.text == NEVER_ANSWERED else end.text


def _text(options: Options) -> str:
    return " ".join(f"{visible(name)}={visible(value)}" for name, value in options)
