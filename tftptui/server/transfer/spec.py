"""What a transfer is made of, before it is one."""

from tftptui.files.file_content import Content
from tftptui.protocol.options import Agreed
from tftptui.protocol.timing import RetransmitTimer
from tftptui.server.listener import Arrival
from tftptui.server.recorder import Recorder
from tftptui.server.transfer.report import About
from tftptui.server.transfer.shared_transport import SharedTransport
from tftptui.server.transfer.transport import Transport
from tftptui.settings import Settings

AnyTransport = Transport | SharedTransport
"""A TID of its own, or a place at the listener's port."""


class Parts(About, frozen=True, kw_only=True):
    """What every transfer is made of; it closes the transport in the end.

    Attributes:
        arrival: how its request came.
        settings: as they were then; a transfer keeps them.
        content: the file of an upload.
    """

    number: int
    arrival: Arrival
    transport: AnyTransport
    recorder: Recorder
    settings: Settings
    content: Content | None = None


PATIENCE = 60.0
"""Seconds without progress, at least, before a client that has answered is given up."""

_WAITS = 6
"""The same in time-outs that the client asked for."""


def timer_of(agreed: Agreed, settings: Settings) -> RetransmitTimer:
    """Return the timer of a transfer: the client's own wish comes first (RFC 2349)."""
    wished = settings.timeout if agreed.timeout is None else agreed.timeout
    patience = max(PATIENCE, _WAITS * (agreed.timeout or 0.0))
    return RetransmitTimer(wished, settings.retries, patience)
