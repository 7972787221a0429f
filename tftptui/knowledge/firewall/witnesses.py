"""Ranks successful flows by how much they prove about failed ones.

Success of the same host on another port says most about the path, then success of its
network, then of others. Transfers of the server's own host never left it.
"""

from collections.abc import Iterable
from enum import IntEnum
from ipaddress import ip_address

from tftptui.knowledge.firewall.networks import LOOPBACKS
from tftptui.knowledge.firewall.seen import SeenFlow, Traffic

MOST_PROOFS = 5
"""Completed flows shown next to failed ones."""


class Nearness(IntEnum):
    """Proximity of a client to those that failed."""

    HOST = 0
    NETWORK = 1
    ELSEWHERE = 2
    SERVER = 3

    @property
    def words(self) -> str:
        """Description of the place."""
        return _WORDS[self]


_WORDS = {
    Nearness.HOST: "the same host",
    Nearness.NETWORK: "the same network",
    Nearness.ELSEWHERE: "elsewhere",
    Nearness.SERVER: "the server's own host: proves nothing about the path",
}


class Witnesses:
    """Ranks flows that did not fail."""

    def __init__(self, traffic: Traffic) -> None:
        self._failed = traffic.failed
        self._others = [flow for flow in traffic.flows if not flow.is_unheard]
        self._hosts = {flow.client for flow in self._failed}
        self._files = {flow.file for flow in self._failed}
        self._networks = traffic.clients

    def rows(self, most: int) -> list[SeenFlow]:
        """Return MOST flows to show: failed ones, then the best proofs.

        If nothing failed, return any flows.
        """
        if not self._failed:
            return self._ranked(self._others)[:most]
        proofs = [flow for flow, _ in self.completed()][:MOST_PROOFS]
        return [*self._failed[: most - len(proofs)], *proofs]

    def completed(self) -> list[tuple[SeenFlow, Nearness]]:
        """Return completed flows, the best proof first, each client port once.

        Those of the server's own host are left out if there are others.
        """
        ends: dict[tuple[str, int], SeenFlow] = {}
        for flow in self._ranked(f for f in self._others if f.is_completed):
            ends.setdefault((flow.client, flow.client_tid), flow)
        pairs = [(flow, self._nearness(flow)) for flow in ends.values()]
        away = [one for one in pairs if one[1] is not Nearness.SERVER]
        return away or pairs

    def _ranked(self, flows: Iterable[SeenFlow]) -> list[SeenFlow]:
        def proof(flow: SeenFlow) -> tuple[int, bool, bool]:
            near = self._nearness(flow)
            return near, not flow.is_completed, flow.file not in self._files

        return sorted(flows, key=proof)

    def _nearness(self, flow: SeenFlow) -> Nearness:
        if flow.client in self._hosts:
            return Nearness.HOST
        if flow.client in (*LOOPBACKS, flow.server):
            return Nearness.SERVER
        address = ip_address(flow.client)
        if any(address in network for network in self._networks):
            return Nearness.NETWORK
        return Nearness.ELSEWHERE
