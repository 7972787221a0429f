"""Runs an order: opens and closes names, files and ports."""

import contextlib
import errno
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tftptui.client.channel import Channel, open_channel
from tftptui.client.download_target import NetasciiTarget, Target, open_target
from tftptui.client.error_words import no_block, port_trouble, probing, silence
from tftptui.client.exchange import Exchange
from tftptui.client.get import Getting
from tftptui.client.interrupts import Interrupts
from tftptui.client.put import Putting
from tftptui.client.server_address import ResolveError, resolve
from tftptui.client.transfer_order import Order, Progress, Result
from tftptui.client.upload_source import open_original
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.packets import Mode
from tftptui.protocol.requester import NEVER_ANSWERED
from tftptui.telemetry.escapes import visible

_Maker = Callable[[Channel], Exchange]


class _OrderError(Exception):
    """It can't be started; the text says why."""


def run(order: Order, progress: Progress | None = None) -> Result:
    """Run an order; every failure is part of the result.

    Raises:
        KeyboardInterrupt: Ctrl-C arrived before the transfer started.
    """
    opened = _putting if order.is_write else _getting
    try:
        servers = resolve(order.host, order.port)
        with Interrupts() as interrupts, opened(order, interrupts) as make:
            return _try_all(order, servers, interrupts, make, progress)
    except (_OrderError, ResolveError) as error:
        return Result(order, Outcome.FAILED, str(error))


def _try_all(
    order: Order,
    servers: list[Endpoint],
    interrupts: Interrupts,
    make: _Maker,
    progress: Progress | None,
) -> Result:
    """Return the result of the first address where a server listens."""
    *others, last = servers
    for server in others:
        with _bound(order, server, interrupts) as channel:
            exchange = make(channel)
            exchange.progress = progress
            result = _result(order, exchange, channel)
            if not exchange.is_refused:
                return result
    with _bound(order, last, interrupts) as channel:
        exchange = make(channel)
        exchange.progress = progress
        return _result(order, exchange, channel)


@contextlib.contextmanager
def _getting(order: Order, interrupts: Interrupts) -> Iterator[_Maker]:
    """Open the target; yield a function that creates the exchange."""
    with _local_trouble(order, "write"):
        target = open_target(order.local)
    netascii = order.mode is Mode.NETASCII
    sink: Target = NetasciiTarget(target) if netascii else target
    try:
        yield lambda channel: Getting(
            order, order.offer, sink, channel, interrupts, time.monotonic
        )
    finally:
        sink.discard()


@contextlib.contextmanager
def _putting(order: Order, interrupts: Interrupts) -> Iterator[_Maker]:
    """Open the source; yield a function that creates the exchange."""
    with _local_trouble(order, "read"):
        source = open_original(order.local, order.mode)
    offer = order.offer
    if offer.total_size is not None:
        offer = replace(offer, total_size=source.size)
    try:
        yield lambda channel: Putting(
            order, offer, source, channel, interrupts, time.monotonic
        )
    finally:
        source.close()


@contextlib.contextmanager
def _bound(order: Order, server: Endpoint, interrupts: Interrupts) -> Iterator[Channel]:
    """Open a channel on the first free port."""
    anywhere = "::" if server.family is socket.AF_INET6 else "0.0.0.0"  # noqa: S104
    ports = order.ports
    wanted = [0] if ports is None else range(ports.first, ports.last + 1)
    trouble = OSError(errno.EADDRINUSE, "")
    for port in wanted:
        try:
            channel = open_channel(Endpoint(anywhere, port), server, interrupts)
        except OSError as error:
            trouble = error
            continue
        with contextlib.closing(channel):
            yield channel
        return
    if ports is None:
        raise _OrderError(f"cannot open a socket: {trouble.strerror}") from trouble
    raise _OrderError(port_trouble(trouble, ports)) from trouble


@contextlib.contextmanager
def _local_trouble(order: Order, verb: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        shown = visible(os.fsencode(order.local))
        raise _OrderError(f"cannot {verb} {shown}: {error.strerror}") from error


def _result(order: Order, exchange: Exchange, channel: Channel) -> Result:
    """Run the exchange; return the result."""
    end = exchange.run()
    exchange.counts.strays = channel.strays
    terms = exchange.terms
    return Result(
        order=order,
        outcome=end.outcome,
        error=_words(order, end, exchange, channel),
        server=channel.server,
        local_port=channel.local.port,
        server_tid=channel.peer,
        asked=exchange.offer.options(),
        agreed=() if terms is None else terms.options,
        block_size=None if terms is None else terms.block_size,
        window=None if terms is None else terms.window,
        counts=exchange.counts,
    )


def _words(order: Order, end: End, exchange: Exchange, channel: Channel) -> str:
    """Return why it failed."""
    counts = exchange.counts
    probe = "" if order.is_write else probing(channel.server, order.file)
    if end.text == NEVER_ANSWERED:
        return silence(
            channel.server,
            channel.local.port,
            requests=counts.requests,
            seconds=counts.seconds,
            hint=_hint(exchange, channel) or probe,
        )
    terms = exchange.terms
    if terms is not None and end.outcome is Outcome.ABANDONED:
        if terms.options and not counts.blocks and not exchange.last_report:
            return no_block(terms.block_size, probe)
        return f"{end.text} after block {counts.blocks}"
    return end.text


def _hint(exchange: Exchange, channel: Channel) -> str:
    """Return what arrived instead of a reply."""
    stranger = channel.stranger
    if stranger is not None and stranger.host != channel.server.host:
        return f"{stranger} replied instead: the server sends from another address"
    return exchange.last_report
