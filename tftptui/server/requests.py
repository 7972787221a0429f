"""A request as packet records and events show it."""

from collections.abc import Callable

from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import ReadRequest, Request
from tftptui.server.listener import Arrival
from tftptui.server.recorder import option_texts
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Requested, Signature
from tftptui.telemetry.records.ring import Kind

_RRQ, _WRQ = Kind.RRQ, Kind.WRQ

Recognise = Callable[[Request, Endpoint], Signature | None]
"""Tells the client program from its request and where it asks from.

What is known of programs lives in knowledge/, which a server does without.
"""


def nobody(_request: Request, _client: Endpoint) -> None:
    """Recognise nobody."""


def kind_of(request: Request) -> Kind:
    """Return the kind of record that a request makes."""
    return _RRQ if isinstance(request, ReadRequest) else _WRQ


def requested(
    arrival: Arrival, request: Request, wall: float, transfer: int | None = None
) -> Requested:
    """Return the event of a request.

    Args:
        arrival: how it came.
        request: what it asks for.
        wall: when it came, seconds of the wall clock.
        transfer: the number of the transfer that it began, if it did.
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
