"""What a journal saw of transfers: who used which port, how often, to what end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

import msgspec

from tftptui.knowledge.firewall.networks import ClientNetwork, client_networks
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Address, Network, Where
from tftptui.settings import (
    HIGHEST_PORT,
    LOWEST_PORT,
    PortRange,
    SettingsError,
    parse_port_range,
)
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.views import HostNetwork

Line = Mapping[str, object]
"""One line of the journal, decoded."""

RUNNING = "running"
_BROKEN = frozenset({"abandoned", "failed"})
_CUT_SHORT = frozenset({"aborted", "unconfirmed"})
"""Ends that say nothing of whether the client was heard."""

_FINDINGS = {
    "requests-not-arriving": Part.REQUEST,
    "answers-blocked": Part.ANSWERS,
    "client-port-blocked": Part.ANSWERS,
    "answers-refused": Part.ANSWERS,
    "client-firewall-refuses": Part.ANSWERS,
    "server-output-blocked": Part.ANSWERS,
    "nat-without-helper": Part.ANSWERS,
    "acks-blocked": Part.ACKS,
}
"""What findings of the journal say is missing."""

_OTHER_FILTERS = frozenset({"range-mismatch", "stale-conntrack", "path-cut"})
"""Findings about firewalls that do not say what is missing."""

_PLACES = {
    "server": Where.SERVER,
    "between": Where.BETWEEN,
    "client": Where.CLIENT,
    "client-segment": Where.CLIENT,
}
"""Where findings say that the firewall stands, as far as they can tell."""


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
        outcome: how it ended, or "running".
        errors: what went wrong, ICMP errors included.
        has_oack: whether our first answer was an OACK.
        is_blamed: whether a finding that stands says that something is missing here.
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
    is_blamed: bool = False

    @property
    def is_unheard(self) -> bool:
        """Whether the client never acknowledged anything, whatever ended it.

        A journal does not tell what a transfer under way has got by now: that one is
        none unless a finding names it. Nor is one that somebody stopped before
        anything was repeated: its client had no time to be heard.
        """
        if self.acked or self.outcome in ("completed", "probed"):
            return False
        if self.outcome in _BROKEN or self.is_blamed:
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
        located: what was learned hop by hop of where packets are dropped, sentences.
        known: networks of the server's host.
    """

    flows: tuple[SeenFlow, ...] = ()
    missing: Part | None = None
    where: Where | None = None
    port: int | None = None
    ports: PortRange | None = None
    is_single_port: bool | None = None
    located: tuple[str, ...] = ()
    known: tuple[HostNetwork, ...] = ()

    @property
    def may_be_client(self) -> bool:
        """Whether the client's own firewall may be it, for all that is known."""
        is_known = self.where in (Where.SERVER, Where.BETWEEN)
        return self.missing is Part.ANSWERS and not is_known

    @property
    def failed(self) -> tuple[SeenFlow, ...]:
        """The flows whose client was never heard again."""
        return tuple(flow for flow in self.flows if flow.is_unheard)

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
        """The networks of clients, likewise."""
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


@dataclass
class _Reader:
    """Folds the lines of a journal.

    Attributes:
        open: places in ``flows`` of transfers that have not ended, by their number.
        places: of all transfers of this run of the server.
        found: what the findings that stand say, by their number.
        blamed: places of the transfers that they name.
        now: of the last line that has a time.
    """

    flows: list[SeenFlow] = field(default_factory=list)
    open: dict[object, int] = field(default_factory=dict)
    places: dict[object, int] = field(default_factory=dict)
    found: dict[object, tuple[Part, Where | None]] = field(default_factory=dict)
    blamed: dict[object, frozenset[int]] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    now: str = ""

    def take(self, line: Line) -> None:
        if line.get("event") == "started":
            self._leave_open()
        self.now = _text(line, "t") or self.now
        match line.get("event"):
            case "started":
                self.places.clear()
                self._note_settings(line)
            case "ports_changed":
                self._note_ports(line.get("after"), is_change=True)
            case "transfer_started":
                number = line.get("transfer")
                self.open[number] = self.places[number] = len(self.flows)
                self.flows.append(_flow(line))
            case "transfer_ended":
                self._end(line)
            case "icmp":
                self._icmp(line)
            case "finding":
                self._finding(line)
            case _:
                pass

    def _leave_open(self) -> None:
        """Take note of how long those were seen that nobody told the end of."""
        for place in self.open.values():
            flow = self.flows[place]
            self.flows[place] = replace(flow, last=self.now or flow.last)
        self.open.clear()

    def _note_settings(self, line: Line) -> None:
        settings = line.get("settings")
        is_single = settings.get("single_port") if isinstance(settings, dict) else None
        listeners = line.get("listeners")
        port = None
        if isinstance(listeners, list) and listeners:
            text = str(listeners[0]).rpartition(":")[2]
            port = int(text) if text.isdecimal() else None
        self.traffic = replace(
            self.traffic,
            port=port,
            is_single_port=is_single is True,
            known=_known(line.get("networks")),
        )
        self._note_ports(line.get("ports"), is_change=False)

    def _note_ports(self, text: object, *, is_change: bool) -> None:
        """Take the range in force; a change to no range is one to a single port."""
        try:
            ports = parse_port_range(str(text).split(" ")[0])
        except SettingsError:
            if is_change:
                self.traffic = replace(self.traffic, is_single_port=True)
            return
        is_single = False if is_change else self.traffic.is_single_port
        self.traffic = replace(self.traffic, ports=ports, is_single_port=is_single)

    def _end(self, line: Line) -> None:
        place = self.open.pop(line.get("transfer"), None)
        if place is None:
            return
        error = line.get("error")
        flow = self.flows[place]
        acked, blocks = _number(line, "acked_blocks"), _number(line, "blocks")
        again = _number(line, "retransmits")
        self.flows[place] = replace(
            flow,
            last=_text(line, "t"),
            # Until the first ACK, what a client sends again is its request.
            requests=1 + (0 if acked else _number(line, "duplicates")),
            answers=_answers(flow, blocks) + again,
            blocks=blocks,
            sent_again=again,
            acked=acked,
            outcome=_text(line, "outcome"),
            errors=(*flow.errors, *((visible(str(error)),) if error else ())),
        )

    def _icmp(self, line: Line) -> None:
        place = self.open.get(line.get("transfer"))
        if place is None:
            return
        flow = self.flows[place]
        said = f"ICMP {_text(line, 'name')} from {_text(line, 'from')}"
        if said not in flow.errors:
            self.flows[place] = replace(flow, errors=(*flow.errors, said))

    def _finding(self, line: Line) -> None:
        code = str(line.get("code"))
        number = line.get("number", code)  # a revised finding keeps its number
        self.found.pop(number, None)
        self.blamed.pop(number, None)
        if line.get("withdrawn") is not True and code in _FINDINGS:
            where = _PLACES.get(str(line.get("stands_at")))
            self.found[number] = (_FINDINGS[code], where)
            named = line.get("transfers")
            known = named if isinstance(named, list) else []
            places = (self.places.get(one) for one in known)
            self.blamed[number] = frozenset(p for p in places if p is not None)

    def seen(self) -> tuple[SeenFlow, ...]:
        """Return the flows, those marked that a finding names; call it at the end."""
        self._leave_open()
        blamed = frozenset[int]().union(*self.blamed.values())
        return tuple(
            replace(flow, is_blamed=True) if place in blamed else flow
            for place, flow in enumerate(self.flows)
        )


def is_about_firewalls(code: str) -> bool:
    """Whether a finding is of the kind that rules of a firewall may cure."""
    return code in _FINDINGS or code in _OTHER_FILTERS


def traffic_of(lines: Iterable[Line]) -> Traffic:
    """Return what the lines of a journal tell.

    Raises:
        ValueError: a line of a transfer has no address or port in it.
    """
    reader = _Reader()
    for line in lines:
        reader.take(line)
    flows = reader.seen()
    missing, where = next(reversed(reader.found.values()), (_missing(flows), None))
    return replace(reader.traffic, flows=flows, missing=missing, where=where)


def _missing(flows: tuple[SeenFlow, ...]) -> Part | None:
    """Return what seems not to get through.

    A client that asks again has no answer. One that asked once and was not heard
    again had it: then its ACKs are lost, unless it has gone away; three answers in
    vain are asked for before that is said.
    """
    asked: dict[tuple[str, str], int] = {}
    for flow in flows:
        if flow.is_unheard:
            key = (flow.client, flow.file)
            asked[key] = asked.get(key, 0) + flow.requests
    if any(times > 1 for times in asked.values()):
        return Part.ANSWERS
    patient = 3
    if any(flow.is_unheard and flow.sent_again >= patient for flow in flows):
        return Part.ACKS
    return None


def _flow(line: Line) -> SeenFlow:
    time = _text(line, "t")
    return SeenFlow(
        client=_address(line, "client"),
        client_tid=_port(line, "client_tid"),
        server=_address(line, "server"),
        server_tid=_port(line, "server_tid"),
        file=_text(line, "file"),
        direction=_text(line, "direction"),
        first=time,
        last=time,
        has_oack=bool(line.get("agreed")),
    )


def _known(told: object) -> tuple[HostNetwork, ...]:
    """Return the networks of the server's host; none where they make no sense."""
    try:
        return tuple(msgspec.convert(told or [], list[HostNetwork]))
    except msgspec.ValidationError:
        return ()


def _answers(flow: SeenFlow, blocks: int) -> int:
    """Return how many different packets we sent, at least.

    To an upload they are one for the request, and ACKs by windows that are not known.
    """
    if flow.direction == "write":
        return 1
    return max(1, blocks + flow.has_oack)


def _address(line: Line, key: str) -> str:
    """Return an address without the interface that a link-local one may name."""
    return str(ip_address(_text(line, key).partition("%")[0]))


def _text(line: Line, key: str) -> str:
    return visible(str(line.get(key, "")))


def _number(line: Line, key: str) -> int:
    value = line.get(key)
    return value if isinstance(value, int) else 0


def _port(line: Line, key: str) -> int:
    port = _number(line, key)
    if not LOWEST_PORT <= port <= HIGHEST_PORT:
        raise ValueError(f"{key} is no UDP port: {line.get(key)!r}")
    return port
