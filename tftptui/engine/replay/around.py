"""What the findings ask of a capture: its transfers, and what it shows of servers."""

from collections.abc import Iterable

from tftptui.engine.findings import Surroundings
from tftptui.knowledge.case import Scene
from tftptui.net.addresses import Endpoint
from tftptui.settings import HIGHEST_PORT, LOWEST_PORT, TFTP_PORT
from tftptui.telemetry.views import TransferView

_MOST_SERVERS = 1_000


class Around:
    """Keeps what there is to ask for.

    Attributes:
        views: of transfers that may go on, by number.
    """

    def __init__(self) -> None:
        self.views: dict[int, TransferView] = {}
        self._tids: tuple[int, int] | None = None
        self._servers: dict[str, int] = {}

    def surroundings(self) -> Surroundings:
        """Return it as the findings want it."""
        view = self.views.get
        return Surroundings(view, view, self._numbers, self._scene)

    def forget(self, number: int) -> None:
        """Drop a transfer that is over."""
        self.views.pop(number, None)

    def note(self, server: Endpoint, asked: Endpoint) -> None:
        """Take note of a server's answer, and of where it was asked."""
        self._servers[asked.host] = asked.port
        if len(self._servers) > _MOST_SERVERS:
            del self._servers[next(iter(self._servers))]
        if server.port != asked.port:
            low, high = self._tids or (server.port, server.port)
            self._tids = (min(low, server.port), max(high, server.port))

    def _numbers(self) -> Iterable[int]:
        return list(self.views)

    def _scene(self, _client: str) -> Scene:
        """Return the servers as they were seen, with those ports that were used."""
        first, last = self._tids or (LOWEST_PORT, HIGHEST_PORT)
        port = next(reversed(self._servers.values()), TFTP_PORT)
        addresses = frozenset(self._servers)
        return Scene(port=port, first=first, last=last, addresses=addresses)
