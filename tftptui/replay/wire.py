"""ARP and DHCP of a capture, as with ``--wire``."""

from tftptui.settings import TFTP_PORT
from tftptui.telemetry.capture.blocks import Captured
from tftptui.telemetry.capture.frames import ETHERNET
from tftptui.wire.dhcp import CLIENT_PORT, PXE_PORT, SERVER_PORT
from tftptui.wire.events import FileRequested, WireEvent
from tftptui.wire.sources import events_in

INTERFACE = "capture"
"""Placeholder for the interface, which may be another machine's."""

_ARP, _IPV4, _UDP = b"\x08\x06", b"\x08\x00", 17
_TYPE, _PROTOCOL, _PORT = slice(12, 14), 23, slice(36, 38)
_PORTS = frozenset(one.to_bytes(2) for one in (SERVER_PORT, CLIENT_PORT, PXE_PORT))


def wire_events(captured: Captured) -> list[WireEvent]:
    """Return the ARP or DHCP events in a frame; cheap for all others."""
    data = captured.data
    if captured.link_type != ETHERNET or len(data) <= _PROTOCOL:
        return []
    kind = data[_TYPE]
    is_dhcp = kind == _IPV4 and data[_PROTOCOL] == _UDP and data[_PORT] in _PORTS
    if kind != _ARP and not is_dhcp:
        return []
    time = captured.time / 1e9
    return list(events_in(data, INTERFACE, time, is_ours=False, tftp_port=TFTP_PORT))


def file_requested(
    time: float, client: str, server: str, file: bytes, *, is_write: bool
) -> FileRequested:
    """Return the event for a request from an unknown MAC address."""
    return FileRequested(
        time=time,
        interface=INTERFACE,
        client=client,
        server=server,
        file=file,
        is_write=is_write,
    )
