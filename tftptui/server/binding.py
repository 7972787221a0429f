"""Bind the listeners of the settings, or say what to do about it."""

import errno
import socket
from collections.abc import Sequence

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.net.local_ports import port_holders
from tftptui.server.listener import Listener
from tftptui.settings import FALLBACK_PORT, TFTP_PORT, Settings
from tftptui.telemetry.words import joined

_ABSENT_FAMILY = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - a server is meant to be reached

HOW_TO_GET_69 = "sudo sysctl -w net.ipv4.ip_unprivileged_port_start=69"


class BindError(Exception):
    """No listener could be opened; the text says why and what to type."""


def bind_listeners(
    settings: Settings, held: Sequence[socket.socket] = ()
) -> tuple[list[Listener], list[str]]:
    """Open a listener for each address; return them and notices for the operator.

    Without a port in the settings it is 69, or 6969 if we lack permission for 69. HELD
    are sockets that are already bound, from systemd or from a crashed engine with the
    same settings; requests may be waiting in them.

    Raises:
        BindError: an address or the port is not available.
    """
    if held:
        places = [endpoint_of(sock.getsockname()) for sock in held]
        listeners, notices = list(map(Listener, places, held)), list[str]()
    else:
        listeners, notices = _bind_wanted(settings)
    try:
        return listeners, notices + _shared_ports(listeners, settings)
    except BindError:
        for listener in listeners:
            listener.close()
        raise


def _bind_wanted(settings: Settings) -> tuple[list[Listener], list[str]]:
    if settings.port is not None:
        try:
            return _bind_all(settings.listen, settings.port), []
        except PermissionError:
            raise BindError(
                f"port {settings.port} needs root or CAP_NET_BIND_SERVICE; "
                f"try --port {FALLBACK_PORT}, or {HOW_TO_GET_69}"
            ) from None
    try:
        return _bind_all(settings.listen, TFTP_PORT), []
    except PermissionError:
        notice = (
            f"No permission for port {TFTP_PORT}: listening on {FALLBACK_PORT}. "
            f"To use {TFTP_PORT}: {HOW_TO_GET_69} (network boot needs {TFTP_PORT})"
        )
        return _bind_all(settings.listen, FALLBACK_PORT), [notice]


def _shared_ports(listeners: Sequence[Listener], settings: Settings) -> list[str]:
    """Return a notice about ports of the range that listeners use.

    Transfers never reply from these.

    Raises:
        BindError: no other port is left in the range.
    """
    request_port = {listener.local.port for listener in listeners}
    shared = sorted(port for port in request_port if port in settings.ports)
    left = len(settings.ports) - len(shared)
    if settings.single_port or not shared:
        return []
    if not left:
        raise BindError(
            f"--ports {settings.ports} has only port {shared[0]}, which takes the "
            "requests; choose another range, or --single-port"
        )
    named = joined([str(port) for port in shared])
    return [
        f"port {named} of {settings.ports} takes requests: {left:,} left for replies"
    ]


def _bind_all(addresses: tuple[str, ...], port: int) -> list[Listener]:
    listeners: list[Listener] = []
    try:
        for address in addresses or _EVERYWHERE:
            listener = _bind(address, port, is_requested=bool(addresses))
            if listener is not None:
                listeners.append(listener)
                # for port 0: all use what the system chose for the first
                port = listener.local.port
    except Exception:
        for listener in listeners:
            listener.close()
        raise
    if not listeners:
        raise BindError("this machine has neither IPv4 nor IPv6")
    return listeners


def _bind(address: str, port: int, *, is_requested: bool) -> Listener | None:
    """Open one listener; None if it is optional and its family is missing."""
    try:
        return Listener(_endpoint(address, port))
    except PermissionError:
        raise
    except OSError as error:
        if error.errno in _ABSENT_FAMILY and not is_requested:
            return None
        raise BindError(_trouble(error, address, port)) from error


def _endpoint(address: str, port: int) -> Endpoint:
    """Return the endpoint for a numeric address, with its scope if it has one."""
    host = address.strip("[]")
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
        )
    except socket.gaierror:
        raise BindError(
            f"{address!r} is not an IP address (like 192.0.2.1 or 2001:db8::1)"
        ) from None
    _, _, _, _, place = found[0]
    scope = int(place[3]) if len(place) == 4 else 0  # noqa: PLR2004 - IPv6
    return Endpoint(host.partition("%")[0], port, scope)


def _trouble(error: OSError, address: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        holders = port_holders(port) or "another program"
        return (
            f"UDP port {port} on {address} is in use by {holders}; "
            f"stop it, or use --port {FALLBACK_PORT}"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        # Never on Linux, which waits for such an address: see awaited_addresses.py.
        return f"{address} is not an address of this machine (see: ip address)"
    return f"cannot bind UDP port {port} on {address}: {error.strerror}"
