"""Where Prometheus asks for totals: ``GET /metrics``, answered within the loop.

One answer takes some milliseconds, a few times a minute. Who asks slowly, for too
much, or a hundred at once, is hung up on.
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
"""Seconds that a scraper may take to ask, and to read the answer."""

LONGEST_ASKING = 16_384
"""Bytes of a request with its headers."""

MOST_AT_ONCE = 16
"""Scrapers that are answered at the same time."""

_NEAR = 20
"""Ports that are looked at for a free one, where the one wanted is taken."""

_PLAIN = "text/plain; charset=utf-8"
_ELSEWHERE = f"the metrics are at {PATH}\n".encode()


class Metrics:
    """Answers scrapes between start() and stop().

    Args:
        measure: what is to be told just now.
        patience: see PATIENCE.
    """

    def __init__(
        self, measure: Callable[[], "Measures"], patience: float = PATIENCE
    ) -> None:
        self._measure, self._patience = measure, patience
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def start(self, place: str | None) -> None:
        """Take scrapes at a PLACE, as in Settings.metrics, from now on.

        Raises:
            EngineError: the place can't be had, or what writes the formats isn't
                installed; the text says what to type.
        """
        if place is None:
            return
        try:
            import tftptui.telemetry.metrics  # noqa: F401, PLC0415 - an extra
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
        """Take no more scrapes; what is being answered is cut off."""
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
                asked = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._answer(asked.decode("latin-1")))
                await writer.drain()
                writer.close()
                await writer.wait_closed()
        except (OSError, EOFError, asyncio.LimitOverrunError):
            pass  # it went away, took too long (a TimeoutError), or says too much
        finally:
            self._visits.discard(visit)
            writer.transport.abort()

    def _answer(self, asked: str) -> bytes:
        """Return what to answer a request and its headers (RFC 9112 §2.1)."""
        from tftptui.telemetry.metrics import exposition  # noqa: PLC0415 - an extra

        line, *headers = asked.split("\r\n")
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
    """Return where a person, or curl on this host, reads the metrics of a PLACE."""
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
        case errno.EADDRNOTAVAIL | None:  # asyncio from 3.13 on has no number
            return "this host has no such address; tftptui doctor lists them"
        case errno.EACCES:
            return "ports below 1024 need root; choose a higher one"
        case _:
            return error.strerror or str(error)


def _another(host: str, port: int) -> str:
    """Return what to type for the next port that is free, if there is one near."""
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
