"""Transfers as recorded in a journal: ports, counts, outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from tftptui.knowledge.firewall.networks import ClientNetwork, client_networks
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Address, Network, Where
from tftptui.settings import PortRange
from tftptui.telemetry.views import HostNetwork

RUNNING, UNFINISHED = "running", "unfinished"
NO_END = "the server stopped first"
"""Error of an unfinished transfer: a killed server writes no end record."""

_BROKEN = frozenset({"abandoned", "failed"})
_CUT_SHORT = frozenset({"aborted", "unconfirmed"})
"""Outcomes that leave open whether the client was heard."""


@dataclass(frozen=True, slots=True)
class SeenFlow:
    """One TID pair. Times are as in the journal (RFC 3339, UTC).

    Attributes:
        client_tid, server_tid: UDP ports; each side chose its own.
        requests: number of requests.
        answers: minimum number of packets we sent: OACK, blocks or ACKs, with
            retransmissions.
        blocks: highest block sent, by us or by the client.
        sent_again: blocks and OACKs that we resent.
        acked: highest block acknowledged.
        outcome: how it ended, "running", or "unfinished" if its server stopped first.
        errors: errors, including ICMP errors.
        has_oack: whether our first reply was an OACK.
        is_heard: whether the client is known to have replied, if only with an ERROR.
        is_blamed: whether an open finding says that packets of it are blocked.
        is_explained: whether an open finding says that nothing is blocked.
        is_closed: whether the client itself reported its port as closed: it received
            our packets, unless it goes on requesting.
    """

    client: str
    client_tid: int
    server: str
    server_tid: int
    file: str
    direction: str
    first: str
    last: str
    requests: int = 1
    blocks: int = 0
    sent_again: int = 0
    acked: int = 0
    outcome: str = RUNNING
    errors: tuple[str, ...] = ()
    answers: int = 1
    has_oack: bool = False
    is_heard: bool = False
    is_blamed: bool = False
    is_explained: bool = False
    is_closed: bool = False

    @property
    def is_unheard(self) -> bool:
        """True if the client never replied, however the transfer ended.

        A client that sends an ERROR knows our TID: it has received our reply. Active
        transfers are excluded unless a finding names them, as the journal does not have
        their progress. So are those stopped before any retransmission: the client had
        no time to reply.
        """
        if self.acked or self.is_heard or self.outcome in ("completed", "probed"):
            return False
        if self.is_blamed:
            return True
        if self.is_explained or self.is_closed:
            return False
        if self.outcome in _BROKEN:
            return True
        return self.outcome in _CUT_SHORT and self._is_repeated

    @property
    def _is_repeated(self) -> bool:
        """True if the client requested again, or a reply was resent before an abort."""
        was_stopped = self.outcome == "aborted"
        return self.requests > 1 or (was_stopped and self.sent_again > 0)

    @property
    def is_completed(self) -> bool:
        """True if it was completed."""
        return self.outcome == "completed"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Everything recorded in a journal, and the server's ports at its end.

    Attributes:
        missing: the flow that is probably blocked, or None.
        where: place of the firewall by a finding; None if unknown.
        port, ports, is_single_port: settings of the server; None if unknown.
        said: sentences of findings about blocked flows.
        located: results of TTL searches, sentences.
        known: networks of the server's host.
        is_ours: whether the server is tftptui, which wrote the journal.
    """

    flows: tuple[SeenFlow, ...] = ()
    missing: Part | None = None
    where: Where | None = None
    port: int | None = None
    ports: PortRange | None = None
    is_single_port: bool | None = None
    said: tuple[str, ...] = ()
    located: tuple[str, ...] = ()
    known: tuple[HostNetwork, ...] = ()
    is_ours: bool = True

    @property
    def may_be_client(self) -> bool:
        """True if the client's own firewall may be the one that blocks."""
        is_known = self.where in (Where.SERVER, Where.BETWEEN)
        return self.missing is Part.ANSWERS and not is_known

    @property
    def failed(self) -> tuple[SeenFlow, ...]:
        """Flows whose client did not reply, those named by a finding first."""
        unheard = (flow for flow in self.flows if flow.is_unheard)
        return tuple(sorted(unheard, key=lambda flow: not flow.is_blamed))

    @property
    def completed(self) -> tuple[SeenFlow, ...]:
        """Completed flows."""
        return tuple(flow for flow in self.flows if flow.is_completed)

    @property
    def servers(self) -> tuple[Address, ...]:
        """Our addresses that requests were sent to, of failed flows if any."""
        flows = self.failed or self.flows
        return tuple(dict.fromkeys(ip_address(flow.server) for flow in flows))

    @property
    def clients(self) -> tuple[Network, ...]:
        """The networks of clients, of failed flows if any."""
        return tuple(one.network for one in self.networks())

    def networks(
        self, chosen: Mapping[int, int] | None = None
    ) -> tuple[ClientNetwork, ...]:
        """Return the same, and how they are known; CHOSEN has prefix lengths."""
        flows = self.failed or self.flows
        return client_networks(
            (ip_address(flow.client) for flow in flows),
            (ip_address(flow.client) for flow in self.flows),
            self.known,
            chosen,
        )
