"""What the server is, for whoever watches it."""

import os

from tftptui import __version__
from tftptui.engine.host_addresses import Whereabouts
from tftptui.engine.messages import Status
from tftptui.server.service import Service
from tftptui.server.watch import Watch
from tftptui.telemetry.views import Recording


def status_of(
    service: Service,
    watch: Watch | None,
    place: Whereabouts,
    recording: Recording | None,
) -> Status:
    """Return the status of a service as it stands."""
    listeners, settings = service.listeners, service.settings
    return Status(
        version=__version__,
        listeners=[str(listener.local) for listener in listeners],
        port=listeners[0].local.port if listeners else 0,
        root=str(settings.root.absolute()),
        named=[(one.name, str(one.path)) for one in settings.named],
        pid=os.getpid(),
        notices=list(service.notices),
        watch=watch.state if watch else "gone",
        watch_cure=watch.cure if watch else "",
        write=settings.write,
        addresses=place.addresses,
        networks=place.networks,
        capture=recording,
    )
