"""What a transfer is made of, before it is one."""

import msgspec

from tftptui.files.content import Content
from tftptui.net.addresses import Endpoint
from tftptui.protocol.options import Agreed
from tftptui.protocol.packets import Request
from tftptui.server.lifespan import FOREVER, Lifespan
from tftptui.server.recorder import Recorder
from tftptui.server.shared import SharedTransport
from tftptui.server.transport import Transport
from tftptui.telemetry.events import Signature

AnyTransport = Transport | SharedTransport
"""A TID of its own, or a place at the listener's port."""


class Parts(msgspec.Struct, frozen=True):
    """What every transfer is made of; it closes the transport in the end."""

    number: int
    request: Request
    client: Endpoint
    transport: AnyTransport
    agreed: Agreed
    recorder: Recorder
    lifespan: Lifespan = FOREVER
    served: str = ""
    content: Content | None = None
    gso: bool = True
    signature: Signature | None = None
    leased_from: tuple[int, int, str] | None = None
