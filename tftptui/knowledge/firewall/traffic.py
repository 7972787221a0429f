"""Reads transfers, and which flows seem blocked, from the lines of a journal."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network

import msgspec

from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.seen import NO_END, UNFINISHED, SeenFlow, Traffic
from tftptui.knowledge.firewall.situation import Where
from tftptui.settings import (
    HIGHEST_PORT,
    LOWEST_PORT,
    SettingsError,
    parse_port_range,
)
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.findings import FACT, labelled
from tftptui.telemetry.views import HostNetwork

Line = Mapping[str, object]
"""One line of the journal, decoded."""

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
"""The flow that a finding reports as blocked, by its code."""

_OTHER_FILTERS = frozenset(
    {"range-mismatch", "stale-conntrack", "intermittent", "path-cut"}
)
"""Findings about firewalls without a certain blocked flow."""

_NOBODY_BLOCKS = frozenset(
    {
        *("client-gone", "client-port-closed", "client-slow", "size-probe"),
        *("server-aborted", "file-changed", "disk-full", "upload-refused"),
        *("options-refused", "options-not-understood"),
        *("block-size-ignored", "no-rollover", "nat-rebinding"),
    }
)
"""Findings that explain a silent client by something other than a firewall."""

_PORT_CLOSED = "port unreachable"

_PLACES = {
    "server": Where.SERVER,
    "between": Where.BETWEEN,
    "client": Where.CLIENT,
    "client-segment": Where.CLIENT,
}
"""Place of the firewall by a finding, as far as known."""


@dataclass
class _Reader:
    """Processes the lines of a journal.

    Attributes:
        open: indices in ``flows`` of transfers without an end, by number.
        places: the same for all transfers of this run of the server.
        found: flow and place by open findings, by run of the server and number.
        blamed: indices of the transfers that these findings name.
        explained: indices of transfers named by findings without a block.
        said: sentences of these findings.
        run: number of the run of the server: each starts numbering again.
        now: time of the last line that has one.
    """

    flows: list[SeenFlow] = field(default_factory=list)
    open: dict[object, int] = field(default_factory=dict)
    places: dict[object, int] = field(default_factory=dict)
    found: dict[object, tuple[Part, Where | None]] = field(default_factory=dict)
    blamed: dict[object, frozenset[int]] = field(default_factory=dict)
    explained: dict[object, frozenset[int]] = field(default_factory=dict)
    said: dict[object, str] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)
    run: int = 0
    now: str = ""

    def take(self, line: Line) -> None:
        if line.get("event") in ("started", "stopped"):
            self._end_run()
        self.now = _text(line, "t") or self.now
        match line.get("event"):
            case "started":
                self._note_settings(line)
            case "ports_changed":
                self._note_ports(line.get("after"), is_change=True)
            case "transfer_started":
                flow, number = _flow(line), line.get("transfer")
                self.open[number] = self.places[number] = len(self.flows)
                self.flows.append(flow)
            case "transfer_ended":
                self._end(line)
            case "icmp":
                self._icmp(line)
            case "finding":
                self._finding(line)
            case _:
                pass

    def _end_run(self) -> None:
        """End everything that is open: a killed server writes no end records."""
        for place in self.open.values():
            flow = self.flows[place]
            said = (*flow.errors, NO_END)
            self.flows[place] = replace(flow, outcome=UNFINISHED, errors=said)
        self._leave_open()
        self.places.clear()
        self.run += 1

    def _leave_open(self) -> None:
        """Set the last time of transfers without an end record."""
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
        """Set the port range; a change to no range means single-port mode."""
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
            # Before the first ACK, duplicates from the client are requests.
            requests=1 + (0 if acked else _number(line, "duplicates")),
            answers=_answers(flow, blocks) + again,
            blocks=blocks,
            sent_again=again,
            acked=acked,
            outcome=_text(line, "outcome"),
            errors=(*flow.errors, *((visible(str(error)),) if error else ())),
            is_heard=line.get("heard") is True,
        )

    def _icmp(self, line: Line) -> None:
        # An ICMP error for our last packet may arrive after the end.
        place = self.places.get(line.get("transfer"))
        if place is None:
            return
        flow = self.flows[place]
        name, sender = _text(line, "name"), _text(line, "from")
        said = f"ICMP {name} from {sender}"
        is_theirs = name == _PORT_CLOSED and sender.partition("%")[0] == flow.client
        if said not in flow.errors:
            flow = replace(flow, errors=(*flow.errors, said))
        self.flows[place] = replace(flow, is_closed=flow.is_closed or is_theirs)

    def _finding(self, line: Line) -> None:
        code = str(line.get("code"))
        # A revised finding keeps its number.
        number = self.run, line.get("number", code)
        for table in (self.found, self.blamed, self.explained, self.said):
            table.pop(number, None)
        if line.get("withdrawn") is True:
            return
        named = line.get("transfers")
        known = named if isinstance(named, list) else []
        found = (self.places.get(one) for one in known)
        places = frozenset(place for place in found if place is not None)
        if code in _NOBODY_BLOCKS:
            self.explained[number] = places
        elif code in _FINDINGS:
            where = _PLACES.get(str(line.get("stands_at")))
            self.found[number] = (_FINDINGS[code], where)
            self.blamed[number] = places
            self.said[number] = labelled(_text(line, "headline"), _confidence(line))

    def seen(self) -> tuple[SeenFlow, ...]:
        """Return the flows, marked with findings; call it at the end."""
        self._leave_open()
        blamed = frozenset[int]().union(*self.blamed.values())
        explained = frozenset[int]().union(*self.explained.values())
        for place in blamed | explained:
            self.flows[place] = replace(
                self.flows[place],
                is_blamed=place in blamed,
                is_explained=place in explained,
            )
        return tuple(self.flows)


def is_about_firewalls(code: str) -> bool:
    """Return whether a finding may be fixed by firewall rules."""
    return code in _FINDINGS or code in _OTHER_FILTERS


def traffic_of(
    lines: Iterable[Line], skip: Callable[[], object] = lambda: None
) -> Traffic:
    """Read the lines of a journal.

    SKIP is called for each invalid line, such as a transfer without addresses; the line
    is left out.
    """
    reader = _Reader()
    for line in lines:
        try:
            reader.take(line)
        except ValueError:
            skip()
    flows = reader.seen()
    missing, where = next(reversed(reader.found.values()), (_missing(flows), None))
    said = tuple(dict.fromkeys(text for text in reader.said.values() if text))
    return replace(reader.traffic, flows=flows, missing=missing, where=where, said=said)


def _missing(flows: tuple[SeenFlow, ...]) -> Part | None:
    """Guess which flow is blocked.

    A client that repeats its request has no reply. A client that requested once and is
    then silent had one: its ACKs are lost, unless it quit; that needs three
    retransmissions without an ACK.
    """
    requests: dict[tuple[str, str], int] = {}
    for flow in flows:
        if flow.is_unheard:
            key = (flow.client, flow.file)
            requests[key] = requests.get(key, 0) + flow.requests
    if any(times > 1 for times in requests.values()):
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


def _known(given: object) -> tuple[HostNetwork, ...]:
    """Return the networks of the server's host; none if invalid."""
    try:
        known = tuple(msgspec.convert(given or [], list[HostNetwork]))
        for one in known:
            ip_network(one.network)
    except (msgspec.ValidationError, ValueError):
        return ()
    return known


def _answers(flow: SeenFlow, blocks: int) -> int:
    """Return the minimum number of different packets we sent.

    For an upload that is one for the request; the ACKs depend on the unknown window.
    """
    if flow.direction == "write":
        return 1
    return max(1, blocks + flow.has_oack)


def _address(line: Line, key: str) -> str:
    """Return an address without its zone."""
    return str(ip_address(_text(line, key).partition("%")[0]))


def _text(line: Line, key: str) -> str:
    return visible(str(line.get(key, "")))


def _confidence(line: Line) -> float:
    value = line.get("confidence")
    return value if isinstance(value, float) else FACT


def _number(line: Line, key: str) -> int:
    value = line.get(key)
    return value if isinstance(value, int) else 0


def _port(line: Line, key: str) -> int:
    port = _number(line, key)
    if not LOWEST_PORT <= port <= HIGHEST_PORT:
        raise ValueError(f"{key} is no UDP port: {line.get(key)!r}")
    return port
