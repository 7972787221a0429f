"""Fact sources for the findings of a capture: its transfers and servers."""

from collections.abc import Iterable

from tftptui.engine.fact_sources import FactSources
from tftptui.findings.facts import Scene
from tftptui.net.addresses import Endpoint
from tftptui.settings import HIGHEST_PORT, TFTP_PORT
from tftptui.telemetry.views import TransferView

_LOWEST_TID = 1_024
_MOST_SERVERS, _MOST_CLIENTS = 1_000, 10_000


class Around:
    """The facts known from a capture.

    Attributes:
        views: of transfers that may still be active, by number.
    """

    def __init__(self) -> None:
        self.views: dict[int, TransferView] = {}
        self._servers: dict[str, None] = {}
        self._asked: dict[str, int] = {}
        self._is_single_port = True

    @property
    def port(self) -> int:
        """The port of the latest request; 0 before the first."""
        return next(reversed(self._asked.values()), 0)

    def surroundings(self) -> FactSources:
        """Return the facts as needed by the findings."""
        view = self.views.get
        return FactSources(view, self._numbers, self._scene)

    def forget(self, number: int) -> None:
        """Drop a transfer that is over."""
        self.views.pop(number, None)

    def asked(self, client: Endpoint, at: Endpoint) -> None:
        """Record the port that a client sends requests to."""
        self._asked.pop(client.host, None)
        self._asked[client.host] = at.port
        if len(self._asked) > _MOST_CLIENTS:
            del self._asked[next(iter(self._asked))]

    def answered(self, server: Endpoint, request_end: Endpoint) -> None:
        """Record a server's reply, and where the request was sent."""
        self._servers[request_end.host] = None
        if len(self._servers) > _MOST_SERVERS:
            del self._servers[next(iter(self._servers))]
        self._is_single_port &= server.port == request_end.port

    def _numbers(self) -> Iterable[int]:
        return list(self.views)

    def _scene(self, client: str) -> Scene:
        """Return what is known about the servers.

        Their port range is unknown: the ports seen may not be all.
        """
        return Scene(
            port=self._asked.get(client, TFTP_PORT),
            first=_LOWEST_TID,
            last=HIGHEST_PORT,
            single_port=bool(self._servers) and self._is_single_port,
            addresses=frozenset(self._servers),
            is_capture=True,
        )
