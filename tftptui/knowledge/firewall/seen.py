"""Transfers as a journal saw them: who used which port, how often, to what end."""

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
"""Why one is unfinished: a server that was killed tells no end of it."""

_BROKEN = frozenset({"abandoned", "failed"})
_CUT_SHORT = frozenset({"aborted", "unconfirmed"})
"""Ends that say nothing of whether the client was heard."""


@dataclass(frozen=True, slots=True)
class SeenFlow:
    """One TID pair. Times are as the journal wrote them (RFC 3339, UTC).

    Attributes:
        client_tid, server_tid: UDP ports; each side chose its own.
        requests: how often it was asked.
        answers: packets that we sent at least: OACK, blocks or ACKs, and those again.
        blocks: highest block that we sent, or were sent.
        sent_again: blocks and OACKs that we sent again.
        acked: highest block that was acknowledged.
        outcome: how it ended, "running", or "unfinished" if its server ended first.
        errors: what went wrong, ICMP errors included.
        has_oack: whether our first answer was an OACK.
        is_heard: whether the client is known to have answered us, if only by an ERROR.
        is_blamed: whether a finding that stands says that something is missing here.
        is_explained: whether one that stands says that nobody blocks this.
        is_closed: whether the client itself said that its port is closed: it got
            what we sent, unless it goes on asking.
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
        """Whether the client never replied to us, whatever ended it.

        One that ends it by an ERROR knows our TID: our answer has come. A journal
        does not tell what a transfer under way has got by now: that one is none
        unless a finding names it. Nor is one that somebody stopped before anything
        was repeated: its client had no time to be heard.
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
        """Whether the client asked again, or was answered again before a stop."""
        was_stopped = self.outcome == "aborted"
        return self.requests > 1 or (was_stopped and self.sent_again > 0)

    @property
    def is_completed(self) -> bool:
        """Whether it came to a good end."""
        return self.outcome == "completed"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Everything that a journal saw, and the server's ports at its end.

    Attributes:
        missing: which part seems not to get through, or None.
        where: where the firewall stands that a finding speaks of; None if unknown.
        port, ports, is_single_port: how the server was set; None if it was not told.
        said: what the findings say that something is missing by, sentences.
        located: what was learned hop by hop of where packets are dropped, sentences.
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
        """Whether the client's own firewall may block, as far as is known."""
        is_known = self.where in (Where.SERVER, Where.BETWEEN)
        return self.missing is Part.ANSWERS and not is_known

    @property
    def failed(self) -> tuple[SeenFlow, ...]:
        """The flows whose client did not answer us, those a finding names first."""
        unheard = (flow for flow in self.flows if flow.is_unheard)
        return tuple(sorted(unheard, key=lambda flow: not flow.is_blamed))

    @property
    def completed(self) -> tuple[SeenFlow, ...]:
        """The flows that came to a good end."""
        return tuple(flow for flow in self.flows if flow.is_completed)

    @property
    def servers(self) -> tuple[Address, ...]:
        """Our addresses that were asked, those of failed flows if there are any."""
        flows = self.failed or self.flows
        return tuple(dict.fromkeys(ip_address(flow.server) for flow in flows))

    @property
    def clients(self) -> tuple[Network, ...]:
        """The networks of clients, found in the same way."""
        return tuple(one.network for one in self.networks())

    def networks(
        self, chosen: Mapping[int, int] | None = None
    ) -> tuple[ClientNetwork, ...]:
        """Return the same, and how they are known; lengths by IP version if CHOSEN."""
        flows = self.failed or self.flows
        return client_networks(
            (ip_address(flow.client) for flow in flows),
            (ip_address(flow.client) for flow in self.flows),
            self.known,
            chosen,
        )
