"""What a firewall remembers: flows, what the TFTP helper expects, and NAT.

It follows the kernel's connection tracking in what matters to TFTP: an entry
lives 30 s until there was an answer and 120 s after; a helper belongs to an entry
from its first packet on and expects one flow for each request it reads, from any
port of the server; packets of a flow that is not accepted leave no trace.
"""

from dataclasses import dataclass

from tftptui.demo.simulation.firewall_rules import State
from tftptui.net.addresses import Endpoint

UNREPLIED, REPLIED, EXPECTED = 30.0, 120.0, 300.0
"""Seconds that an entry lives without packets, and an expectation at all."""

TFTP = 69
_REQUESTS = (b"\0\1", b"\0\2")
_NAT_PORTS = range(1_024, 65_536)


@dataclass(frozen=True, slots=True)
class Flow:
    """From where to where."""

    source: Endpoint
    target: Endpoint

    @property
    def back(self) -> "Flow":
        """The other direction."""
        return Flow(self.target, self.source)


@dataclass(slots=True)
class Entry:
    """One flow and its answers.

    Attributes:
        original, reply: as packets of each direction arrive at the firewall.
        has_helper: whether requests in it are read.
        is_expected: whether it began because a helper had expected it.
        is_replied: whether there was an answer.
    """

    original: Flow
    reply: Flow
    expires: float
    has_helper: bool = False
    is_expected: bool = False
    is_replied: bool = False


@dataclass(frozen=True, slots=True)
class _Expectation:
    """Who will get an answer, from the address that it asked."""

    client: Endpoint
    asked: str
    expires: float


@dataclass(frozen=True, slots=True)
class Tracked:
    """A packet's place among the flows.

    Attributes:
        leaving: the flow behind the firewall; NAT makes it another one.
    """

    entry: Entry
    state: State
    leaving: Flow
    is_back: bool = False


class Tracking:
    """The flows of one firewall. Times are seconds of one clock.

    For each packet call look_up(), and remember() if it may pass.

    Args:
        nat: the address that clients hide behind, or None.
        has_helper: whether flows to port 69 that begin from now on are read.

    Attributes:
        forwards: from which address to which port 69 is passed on, or None.
        is_helped: the same, whatever has_helper says.
    """

    def __init__(self, nat: str | None = None, *, has_helper: bool = False) -> None:
        self.nat = nat
        self.forwards: tuple[str, str] | None = None
        self.has_helper = has_helper
        self.is_helped = False
        self._entries: dict[Flow, Entry] = {}
        self._expected: dict[tuple[str, Endpoint], _Expectation] = {}

    def __len__(self) -> int:
        return len({id(entry) for entry in self._entries.values()})

    def flush(self) -> None:
        """Forget all flows, as one should after a change of rules."""
        self._entries.clear()
        self._expected.clear()

    def look_up(self, flow: Flow, now: float, *, to_server: bool) -> Tracked | None:
        """Return a packet's place; nothing has changed yet.

        Returns:
            None when there is no way: it came for NAT, and belongs to no flow.
        """
        entry = self._living(flow, now)
        if entry is None:
            entry = self._expected_entry(flow, now) or self._new_entry(
                flow, now, to_server=to_server
            )
            if entry is None:
                return None
        is_back = flow == entry.reply
        if is_back or entry.is_replied:
            state = State.ESTABLISHED
        else:
            state = State.RELATED if entry.is_expected else State.NEW
        leaving = (entry.original if is_back else entry.reply).back
        return Tracked(entry, state, leaving, is_back)

    def remember(self, tracked: Tracked, payload: bytes, now: float) -> None:
        """Note that a packet passed."""
        entry = tracked.entry
        if tracked.is_back:
            entry.is_replied = True
        entry.expires = now + (REPLIED if entry.is_replied else UNREPLIED)
        self._entries[entry.original] = self._entries[entry.reply] = entry
        if entry.is_expected:
            self._expected.pop(_expectation(entry.original), None)
        if entry.has_helper and not tracked.is_back and payload[:2] in _REQUESTS:
            seen = entry.reply  # the answer comes to where the server saw it from
            self._expected[seen.source.host, seen.target] = _Expectation(
                entry.original.source, entry.original.target.host, now + EXPECTED
            )

    def _living(self, flow: Flow, now: float) -> Entry | None:
        entry = self._entries.get(flow)
        if entry is None or entry.expires > now:
            return entry
        for key in (entry.original, entry.reply):
            if self._entries.get(key) is entry:
                del self._entries[key]
        return None

    def _expected_entry(self, flow: Flow, now: float) -> Entry | None:
        found = self._expected.get(_expectation(flow))
        if found is None or found.expires <= now:
            return None
        reply = Flow(found.client, Endpoint(found.asked, flow.source.port))
        return Entry(flow, reply, now + UNREPLIED, is_expected=True)

    def _new_entry(self, flow: Flow, now: float, *, to_server: bool) -> Entry | None:
        helped = self.has_helper or self.is_helped
        reads = helped and to_server and flow.target.port == TFTP
        expires = now + UNREPLIED
        if not to_server:
            return None if self.nat else Entry(flow, flow.back, expires)
        target = self._forwarded(flow.target)
        if target is None:
            return None
        behind = Flow(flow.source, target)
        reply = self._masked(behind) if self.nat else behind.back
        return Entry(flow, reply, expires, has_helper=reads)

    def _forwarded(self, target: Endpoint) -> Endpoint | None:
        """Return where a packet for TARGET goes; None for one that nobody awaits."""
        if self.forwards is None or target.host != self.forwards[0]:
            return target
        return Endpoint(self.forwards[1], TFTP) if target.port == TFTP else None

    def _masked(self, flow: Flow) -> Flow:
        """Return the reply to a flow behind NAT, with the port kept if it is free."""
        wanted = Endpoint(self.nat or flow.source.host, flow.source.port)
        reply = Flow(flow.target, wanted)
        if reply not in self._entries:
            return reply
        for port in _NAT_PORTS:
            other = Flow(flow.target, Endpoint(wanted.host, port))
            if other not in self._entries:
                return other
        return reply


def _expectation(flow: Flow) -> tuple[str, Endpoint]:
    """Return what an expectation goes by: any port of the server, to one port."""
    return flow.source.host, flow.target
