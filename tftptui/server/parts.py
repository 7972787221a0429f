"""What a transfer is made of, before it is one."""

from tftptui.files.content import Content
from tftptui.server.listener import Arrival
from tftptui.server.recorder import Recorder
from tftptui.server.report import About
from tftptui.server.shared import SharedTransport
from tftptui.server.transport import Transport
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
