"""Parses server addresses and URLs, and resolves host names."""

import socket
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.protocol.packets import Mode
from tftptui.settings import HIGHEST_PORT, LOWEST_PORT, TFTP_PORT
from tftptui.telemetry.escapes import visible

SCHEME = "tftp://"
_MODE_MARK = b";mode="


class PlaceError(ValueError):
    """An address is invalid; the text says what is allowed."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server, and the other parts of a URL.

    Attributes:
        host: name or address, without brackets.
        port: UDP port, or None if not given.
        file: name on the server, or None if not given.
        mode: transfer mode (RFC 3617 §3), or None if not given.
    """

    host: str
    port: int | None = None
    file: bytes | None = None
    mode: Mode | None = None

    def port_or(self, chosen: int | None) -> int:
        """Return the port: the one given here, else CHOSEN, else 69."""
        return self.port or chosen or TFTP_PORT


def parse_place(text: str) -> Place:
    """Parse ``HOST``, ``HOST:PORT``, ``[ADDRESS]:PORT`` or ``tftp://HOST/FILE``.

    Raises:
        PlaceError: it is none of these.
    """
    if text.lower().startswith(SCHEME):
        return _url(text)
    if text.count(":") > 1 and not text.startswith("["):
        return Place(text)  # a bare IPv6 address
    host, port = _host_and_port(text)
    return Place(host, port)


def _url(text: str) -> Place:
    """Parse a URL (RFC 3617): the first slash is not part of the name."""
    parts = urlsplit(text)
    host, port = _host_and_port(parts.netloc)
    name = unquote_to_bytes(text[len(SCHEME) + len(parts.netloc) :].removeprefix("/"))
    name, mark, mode = name.partition(_MODE_MARK)
    if not name or b"\0" in name:
        raise PlaceError(f"{text}: the file is missing; write tftp://HOST/FILE")
    if not mark:
        return Place(host, port, name)
    try:
        return Place(host, port, name, Mode(mode.decode("ascii", "replace").lower()))
    except ValueError:
        raise PlaceError(f"{text}: mode must be octet or netascii") from None


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise PlaceError(f"{text!r}: write an IPv6 address and port like [::1]:69")
        port = rest.removeprefix(":") if rest else None
    else:
        host, colon, rest = text.partition(":")
        port = rest if colon else None
    if not host:
        raise PlaceError(f"{text!r}: the host is missing")
    return host, None if port is None else _port(port)


def _port(text: str) -> int:
    if not text.isdecimal() or not LOWEST_PORT <= int(text) <= HIGHEST_PORT:
        raise PlaceError(f"port {text!r}: ports are {LOWEST_PORT}–{HIGHEST_PORT}")
    return int(text)


class ResolveError(Exception):
    """The host can't be found; the text says why."""


def resolve(host: str, port: int) -> list[Endpoint]:
    """Return the addresses of a host name, in order.

    Raises:
        ResolveError: there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "not a valid name"
        raise ResolveError(f"cannot find the host {visible(host)!r}: {why}") from error
    known = (socket.AF_INET, socket.AF_INET6)
    return [
        endpoint_of((str(address[0]), *address[1:]))
        for family, _, _, _, address in found
        if family in known
    ]
