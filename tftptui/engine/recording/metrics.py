"""The Prometheus endpoint: ``GET /metrics``, served by the event loop.

A reply takes some milliseconds, a few times a minute. Connections that are slow, too
large or too many are closed.
"""

import asyncio
import errno
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from tftptui.engine.client import EngineError
from tftptui.settings import HIGHEST_PORT, LOOPBACK, parse_place
from tftptui.telemetry.words import endpoint

if TYPE_CHECKING:
    from tftptui.telemetry.metrics import Measures

PATH = "/metrics"

PATIENCE = 5.0
"""Seconds that a scraper may take for request and reply."""

LONGEST_ASKING = 16_384
"""Maximum bytes of a request with its headers."""

MOST_AT_ONCE = 16
"""Maximum concurrent connections."""

_NEAR = 20
"""Ports tried to find a free one if the wanted one is taken."""

_PLAIN = "text/plain; charset=utf-8"
_ELSEWHERE = f"the metrics are at {PATH}\n".encode()


class Metrics:
    """Answers scrapes between start() and stop().

    Args:
        measure: returns the current values.
        patience: see PATIENCE.
    """

    def __init__(
        self, measure: Callable[[], "Measures"], patience: float = PATIENCE
    ) -> None:
        self._measure, self._patience = measure, patience
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def start(self, place: str | None) -> None:
        """Accept scrapes at PLACE, as in Settings.metrics.

        Raises:
            EngineError: the address is not available, or prometheus-client is not
                installed; the text says what to type.
        """
        if place is None:
            return
        try:
            import tftptui.telemetry.metrics  # noqa: F401, PLC0415 - optional dependency
        except ModuleNotFoundError as error:
            cure = f"{sys.executable} -m pip install prometheus-client"
            raise EngineError(f"metrics need one more package: {cure}") from error
        host, port = parse_place(place)
        try:
            self._server = await asyncio.start_server(
                self._visited, host or None, port, limit=LONGEST_ASKING
            )
        except OSError as error:
            why = _why(error, host, port)
            raise EngineError(f"no metrics at {place}: {why}") from error

    async def stop(self) -> None:
        """Stop accepting scrapes; close open connections."""
        if self._server is None:
            return
        self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)
        self._server = None

    async def _visited(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        visit = asyncio.current_task()
        if visit is None or len(self._visits) >= MOST_AT_ONCE:
            writer.transport.abort()
            return
        self._visits.add(visit)
        try:
            async with asyncio.timeout(self._patience):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(request.decode("latin-1")))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # closed, timed out (a TimeoutError), or too long
        finally:
            self._visits.discard(visit)
            writer.transport.abort()

    def _answer(self, request: str) -> bytes:
        """Return the reply to a request with headers (RFC 9112 §2.1)."""
        from tftptui.telemetry.metrics import exposition  # noqa: PLC0415 - optional dependency

        line, *headers = request.split("\r\n")
        method, _, rest = line.partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if method not in ("GET", "HEAD"):
            return _reply("405 Method Not Allowed", b"only GET and HEAD\n")
        status, body, content_type = "404 Not Found", _ELSEWHERE, _PLAIN
        if path == PATH:
            accept = _header(headers, "accept")
            status = "200 OK"
            body, content_type = exposition(self._measure(), accept)
        return _reply(status, body, content_type, is_whole=method == "GET")


def url_of(place: str) -> str:
    """Return the URL of the metrics at PLACE for this host."""
    host, port = parse_place(place)
    return f"http://{endpoint(host or LOOPBACK, port)}{PATH}"


def _header(headers: list[str], name: str) -> str:
    """Return the value of a header; "" if there is none."""
    for header in headers:
        key, _, value = header.partition(":")
        if key.strip().lower() == name:
            return value.strip()
    return ""


def _reply(
    status: str,
    body: bytes,
    content_type: str = _PLAIN,
    *,
    is_whole: bool = True,
) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    if status.startswith("405"):
        lines.append("Allow: GET, HEAD")
    head = "\r\n".join((*lines, "", "")).encode("latin-1")
    return head + body if is_whole else head


def _why(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            from tftptui.net.local_ports import tcp_holder  # noqa: PLC0415 - seldom wanted

            holder = tcp_holder(port) or "another program"
            return f"{holder} has that port; choose another one{_another(host, port)}"
        case errno.EADDRNOTAVAIL | None:  # no errno from asyncio in Python 3.13 on
            return "this host has no such address; tftptui doctor lists them"
        case errno.EACCES:
            return "ports below 1024 need root; choose a higher one"
        case _:
            return error.strerror or str(error)


def _another(host: str, port: int) -> str:
    """Return the option for the next free port, if there is one nearby."""
    for other in range(port + 1, min(port + _NEAR, HIGHEST_PORT) + 1):
        try:
            socket.create_server(
                (host, other),
                family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            ).close()
        except OSError:
            continue
        place = other if host == LOOPBACK else endpoint(host, other)
        return f": --metrics {place}"
    return ""
