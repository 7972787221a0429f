"""The input of the rules: one client's tries for one file, and their context.

Plain data, gathered by engine/, a reader of captures, or a test. Times are wall clock,
seconds since the epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from shlex import quote

from tftptui.knowledge.names import Search
from tftptui.knowledge.signatures import RequestedOptions, is_firmware
from tftptui.settings import DEFAULT_PORTS
from tftptui.telemetry.events import Refused
from tftptui.telemetry.ttl_walks import Location
from tftptui.telemetry.views import HostNetwork, TransferView

_LONG_UNANSWERED = 10.0
"""Seconds after which a transfer that still runs counts as one without a reply."""

_STEP = 16
"""Largest step of a client's port from one try to the next."""


@dataclass(frozen=True, slots=True)
class Icmp:
    """ICMP errors of one kind about one try.

    Attributes:
        type, code: of the message.
        name: the same in words.
        sender: address of the host that sent it, or None.
        transfer: number of the try.
        times: when they came.
    """

    type: int
    code: int
    name: str
    sender: str | None
    transfer: int
    times: tuple[float, ...]

    @property
    def is_v6(self) -> bool:
        """Whether it is ICMPv6, whose numbers have other meanings."""
        return ":" in (self.sender or "")

    @property
    def is_prohibited(self) -> bool:
        """Whether a rule forbids it: administratively prohibited."""
        if self.is_v6:
            return self.type == 1 and self.code in (1, 5, 6)  # RFC 4443 §3.1
        return self.type == 3 and self.code in (2, 9, 10, 13)  # noqa: PLR2004 - RFC 1812

    @property
    def is_port_closed(self) -> bool:
        """Whether it reports a closed port."""
        return (self.type, self.code) == ((1, 4) if self.is_v6 else (3, 3))

    @property
    def is_host_unreachable(self) -> bool:
        """Whether the last router could not reach the host."""
        return (self.type, self.code) == ((1, 3) if self.is_v6 else (3, 1))

    @property
    def is_no_route(self) -> bool:
        """Whether a router has no route."""
        return (self.type, self.code) == ((1, 0) if self.is_v6 else (3, 0))

    @property
    def is_too_big(self) -> bool:
        """Whether a packet was too large for the next link."""
        return (self.type, self.code) == ((2, 0) if self.is_v6 else (3, 4))

    @property
    def is_loop(self) -> bool:
        """Whether the TTL expired: a routing loop."""
        return (self.type, self.code) == ((3, 0) if self.is_v6 else (11, 0))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another transfer of the same network, as evidence about the path.

    Attributes:
        number: of the transfer.
        worked: whether the client replied; otherwise it never did.
        has_blocks: whether a block of its file arrived, too.
        had_oack: whether we replied with an OACK.
        time: when that was seen; for one without a reply, when it was requested.
        begun: time of the first request.
        is_done: whether it completed.
        is_upload: whether it is an upload.
        is_open: whether it still runs; its packets were resent without result.
        requests: number of requests.
    """

    number: int
    client: str
    client_tid: int
    server_tid: int
    file: str
    kind: str
    worked: bool
    had_oack: bool
    block_size: int
    time: float
    begun: float
    is_done: bool
    has_blocks: bool
    is_upload: bool = False
    is_open: bool = False
    requests: int = 1


@dataclass(frozen=True, slots=True)
class ServerWords:
    """Words for the server and its properties.

    Attributes:
        server: as in "packets from this server".
        server_itself: the same at the start of a sentence.
        our: as in "our replies".
        ours: as in "ports of ours".
        host: the host that it runs on.
    """

    server: str
    server_itself: str
    our: str
    ours: str
    host: str


OUR_SERVER = ServerWords("this server", "This server", "our", "ours", "this host")


def observed_server(server: str) -> ServerWords:
    """Return the words for a server that is only observed; SERVER is its address."""
    name = f"the server {server}".rstrip()
    its = "the server's"
    return ServerWords(name, f"T{name[1:]}", its, its, f"{its} host")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The properties of this server, or of the one in a capture.

    Attributes:
        port: the request port.
        first, last: the range of ports for transfers.
        single_port: whether replies leave from the request port instead.
        addresses: of this host.
        on_link: whether the client is on a network of this host, if known.
        root: the folder that is served.
        named: names and paths of the folders that are served instead.
        networks: of this host, with known prefix lengths.
        is_capture: whether all of it comes from a capture: then the server is another
            one, and its replies were captured anywhere on the path.
    """

    port: int = 69
    first: int = DEFAULT_PORTS.first
    last: int = DEFAULT_PORTS.last
    single_port: bool = False
    addresses: frozenset[str] = frozenset()
    on_link: bool | None = None
    root: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    networks: tuple[HostNetwork, ...] = ()
    is_capture: bool = False

    def place(self, file: str) -> str:
        """Return the path of FILE on the disk, existing or not."""
        file = file.lstrip("/")
        top, slash, below = file.partition("/")
        if top in self.named:
            return self.named[top] + slash + below
        return f"{self.root}/{file}"

    def disk(self, file: str) -> str:
        """Return the served folder that contains FILE."""
        return self.named.get(file.strip("/").partition("/")[0], self.root)

    def arguments(self) -> str:
        """Return what is served, as command-line arguments."""
        if self.named:
            named = [f"{name}={path}" for name, path in self.named.items()]
            return " ".join(quote(one) for one in named)
        return quote(self.root) if self.root else "."


@dataclass(frozen=True, slots=True)
class HostBlock:
    """A rule of this host's own packet filter that drops packets to this server.

    Attributes:
        by: the rule, or the chain whose policy it is.
        age: seconds since the rules were read.
        is_fresh: whether they are certainly current.
    """

    by: str
    age: float = 0.0
    is_fresh: bool = True


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The result of a fetch by a program on the server's own host.

    Attributes:
        time: when it ended, wall clock.
        address: the server's address used.
        works: whether its ACKs arrived.
    """

    time: float
    address: str
    works: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A client's tries for one file that belong together.

    Attributes:
        now: time of evaluation.
        client, file: of the tries.
        tries: its transfers, oldest first.
        refusals: its latest requests that got an ERROR, oldest first.
        refusals_in_all: how many there were, from ports_in_all ports; 0 if these are
            all.
        icmp: ICMP errors about these tries.
        neighbours: other transfers of its /24 (IPv6: /64), oldest first, including the
            client's own.
        asked_address: where the client sent its requests, if known to differ from the
            address of our replies.
        search: the client's search that the missing file belongs to, if any.
        own_block: the rule of this host that drops the client's ACKs, if known.
        location: the result of a hop-by-hop probe to one of its ports, if any.
        located_at: its time, wall clock.
        self_test: the result of a recent self-test of this host, if any.
        unanswered: tries in a capture without a reply, oldest first; not in ``tries``.
        others: other clients affected by the same cause, as far as known.
        is_left: whether the client continued an earlier request after these tries.
        last_exhausted: when a request of any client was last refused for lack of a free
            port; 0 if never.
        there: the file below the root that the client would get now, if one was refused
            and not requested since; empty if none.
    """

    now: float
    client: str
    file: str
    scene: Scene = field(default_factory=Scene)
    tries: tuple[TransferView, ...] = ()
    refusals: tuple[Refused, ...] = ()
    refusals_in_all: int = 0
    ports_in_all: int = 0
    icmp: tuple[Icmp, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    asked_address: str = ""
    search: Search | None = None
    host_block: HostBlock | None = None
    unanswered: tuple[TransferView, ...] = ()
    location: Location | None = None
    located_at: float = 0.0
    self_test: SelfTest | None = None
    others: tuple[str, ...] = ()
    is_left: bool = False
    last_exhausted: float = 0.0
    there: str = ""

    @property
    def words(self) -> ServerWords:
        """The words for the server."""
        if not self.scene.is_capture:
            return OUR_SERVER
        seen = [one.server for one in (*self.tries, *self.unanswered)]
        seen += [one.server for one in self.refusals]
        return observed_server(seen[0] if seen else "")

    @property
    def working(self) -> list[Neighbour]:
        """Its neighbours that worked, on ports that have not failed since.

        For each port, the latest result counts.
        """
        failed: dict[tuple[str, int], float] = {}
        unanswered = [one for one in self.tries if not one.has_answered]
        tries = [(one.client, one.client_tid, one.started) for one in unanswered]
        tries += [
            (one.client, one.client_tid, one.begun)
            for one in self.neighbours
            if not one.worked
        ]
        for client, tid, begun in tries:
            failed[client, tid] = max(begun, failed.get((client, tid), 0.0))
        return [
            one
            for one in self.neighbours
            if one.worked and one.begun >= failed.get((one.client, one.client_tid), 0.0)
        ]

    @property
    def silent(self) -> list[Neighbour]:
        """Its neighbours that got no reply: over, or without one for long."""
        return [
            one
            for one in self.neighbours
            if not one.worked
            and (not one.is_open or self.now - one.begun >= _LONG_UNANSWERED)
        ]

    @property
    def latest(self) -> TransferView | None:
        """The last try, if any request was accepted."""
        return self.tries[-1] if self.tries else None

    @property
    def heard(self) -> bool:
        """Whether the client has replied in any try."""
        return any(one.heard for one in self.tries)

    @property
    def requests(self) -> int:
        """The number of requests, without duplicated packets."""
        return sum(one.requests for one in self.tries) + self.refused

    @property
    def last_requested(self) -> float:
        """Time of the last request."""
        tries = (*self.tries, *self.unanswered)
        times = [time for one in tries for time in one.asked_at]
        return max([*times, *(one.time for one in self.refusals)], default=self.now)

    @property
    def quiet(self) -> float:
        """Seconds since the last request."""
        return self.now - self.last_requested

    @property
    def client_left(self) -> float:
        """When the client was first known to have closed its port; inf if never."""
        closed = [one for one in self.icmp if one.is_port_closed]
        left = [one.times[0] for one in closed if one.sender == self.client]
        return min(left, default=inf)

    def closed_at(self, one: TransferView) -> list[float]:
        """Return when the port of ONE was reported closed since its last progress."""
        closed = [icmp for icmp in self.icmp if icmp.is_port_closed]
        own = [icmp for icmp in closed if icmp.sender == self.client]
        found = [icmp.times for icmp in own if icmp.transfer == one.number]
        return sorted(time for times in found for time in times if time > one.moved)

    @property
    def waited(self) -> float:
        """Seconds since our first reply."""
        return self.now - self.tries[0].started if self.tries else 0.0

    @property
    def client_tids(self) -> list[int]:
        """The client's ports, in order."""
        return list(dict.fromkeys(one.client_tid for one in self.tries))

    @property
    def refused(self) -> int:
        """The number of requests that got an ERROR."""
        return max(self.refusals_in_all, len(self.refusals))

    @property
    def refused_tids(self) -> set[int]:
        """The client's ports of the latest refused requests."""
        return {one.client_tid for one in self.refusals}

    @property
    def refused_from(self) -> int:
        """The number of ports of all refused requests."""
        return max(self.ports_in_all, len(self.refused_tids))

    @property
    def is_one_program(self) -> bool:
        """Whether all requests may be one program's: it keeps its port or counts up."""
        asked = [(one.started, one.client_tid) for one in self.tries]
        asked += [(one.time, one.client_tid) for one in self.refusals]
        if self.refused_from > len(self.refused_tids):
            return False
        tids = [tid for _, tid in sorted(asked)]
        return all(0 <= after - tid <= _STEP for tid, after in pairwise(tids))

    @property
    def server_tids(self) -> list[int]:
        """Our ports, in order."""
        tids = (tid for one in self.tries for tid in (one.server_tid, *one.other_tids))
        return list(dict.fromkeys(tids))

    @property
    def numbers(self) -> list[int]:
        """Numbers of the tries."""
        return [one.number for one in self.tries]

    @property
    def answers(self) -> int:
        """The number of packets sent in tries without a reply."""
        return sum(1 + one.retransmits for one in self.tries if not one.heard)

    @property
    def kind(self) -> str:
        """The client program, if the tries show it."""
        surest = max(self.tries, key=lambda one: one.kind_sure, default=None)
        return surest.kind if surest else ""

    @property
    def has_no_firewall(self) -> bool:
        """Whether the client certainly has no firewall of its own: boot firmware."""
        return is_firmware(self.kind)

    @property
    def is_gateway(self) -> bool:
        """Whether requests come from this host's gateway: NAT hides the client."""
        return any(one.gateway == self.client for one in self.scene.networks)

    @property
    def is_over(self) -> bool:
        """Whether no try is running."""
        return not any(one.running for one in self.tries)

    @property
    def is_done(self) -> bool:
        """Whether the last try has completed, and nothing was refused since."""
        latest = self.latest
        if latest is None or latest.phase != "completed":
            return False
        return not self.refusals or self.refusals[-1].time <= latest.started

    @property
    def is_upload(self) -> bool:
        """Whether it is an upload."""
        one = self.latest or next(reversed(self.refusals), None)
        return one is not None and one.direction == "write"


def same_options(one: RequestedOptions, other: RequestedOptions) -> bool:
    """Return whether two requests have the same options: then the second is a retry."""
    return list(one) == list(other)
