"""Requests as packet records and events."""

from collections.abc import Callable

from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import ReadRequest, Request
from tftptui.server.listener import Arrival
from tftptui.server.recorder import option_texts
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Requested, Signature
from tftptui.telemetry.records.ring import Kind

_RRQ, _WRQ = Kind.RRQ, Kind.WRQ

Recognize = Callable[[Request, Endpoint], Signature | None]
"""Recognizes the client program from its request and source.

What is known about programs is in knowledge/, which the server does not import.
"""


def nobody(_request: Request, _client: Endpoint) -> None:
    """Recognize no program."""


def kind_of(request: Request) -> Kind:
    """Return the record kind of a request."""
    return _RRQ if isinstance(request, ReadRequest) else _WRQ


def requested(
    arrival: Arrival, request: Request, wall: float, transfer: int | None = None
) -> Requested:
    """Return the event for a request.

    Args:
        arrival: the datagram and its addresses.
        request: the parsed request.
        wall: time of arrival, seconds of the wall clock.
        transfer: the number of the transfer it started, or None.
    """
    name = request.filename
    try:
        name.decode()
        raw = None
    except UnicodeDecodeError:
        raw = name.hex()
    return Requested(
        time=wall,
        transfer=transfer,
        client=arrival.client.host,
        client_tid=arrival.client.port,
        server=arrival.server.host,
        server_tid=None,
        file=visible(name),
        direction="read" if isinstance(request, ReadRequest) else "write",
        asked=dict(option_texts(request.options)),
        mode=request.mode.value,
        raw=raw,
    )
