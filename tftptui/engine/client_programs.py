"""Recognizes client programs, and our own self-test.

The server does not import knowledge/: it gets these functions instead. For a self-test,
the screen announces the ports of this host that it will send from.
"""

from collections.abc import Callable, Iterable
from ipaddress import ip_address

from tftptui.knowledge.signatures import recognize, unknown_kind
from tftptui.net.addresses import Endpoint
from tftptui.net.interfaces import own_links
from tftptui.protocol.packets import Request
from tftptui.server.recorder import option_texts
from tftptui.settings import Settings, SettingsError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Signature
from tftptui.telemetry.probe_trials import SELF_TEST

EXPECTED = 20.0
"""Seconds for which a port counts as the self-test's."""

_MOST = 256


def recognize_request(request: Request, client_tid: int) -> Signature | None:
    """Return the program that sent a request, or None."""
    client = recognize(
        option_texts(request.options), client_tid, visible(request.filename)
    )
    return Signature(client.kind, client.sure) if client else None


def require_known_clients(settings: Settings) -> None:
    """Check that options are refused to known programs only.

    Raises:
        SettingsError: a program is unknown.
    """
    trouble = unknown_kind(settings.refuse)
    if trouble:
        raise SettingsError(trouble)


class SelfTests:
    """Remembers the ports of self-tests; recognizes all other programs, too.

    Args:
        now: monotonic clock, seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._until: dict[int, float] = {}

    def expect(self, ports: Iterable[int]) -> None:
        """Treat requests from these ports of this host as a self-test."""
        now = self._now()
        self._until = {port: end for port, end in self._until.items() if end > now}
        self._until |= dict.fromkeys(ports, now + EXPECTED)
        while len(self._until) > _MOST:
            del self._until[next(iter(self._until))]

    def expects(self, client: Endpoint) -> bool:
        """Return whether a client is an announced self-test."""
        until = self._until.get(client.port)  # nearly always None
        return until is not None and until > self._now() and _is_own(client.host)

    def recognize(self, request: Request, client: Endpoint) -> Signature | None:
        """Return the program that sent a request, or None."""
        if self.expects(client):
            return Signature(SELF_TEST, 1.0)
        return recognize_request(request, client.port)


def _is_own(host: str) -> bool:
    return ip_address(host).is_loopback or host in own_links().addresses
