"""The firewall's state: flows, expectations of the TFTP helper, and NAT.

It follows the kernel's connection tracking as far as TFTP needs: an entry lives 30 s
until there is a reply and 120 s after it; a helper is assigned to an entry by its first
packet and expects one flow for each request it reads, from any port of the server;
packets that are not accepted create no entry.
"""

from dataclasses import dataclass

from tftptui.demo.simulation.firewall_rules import State
from tftptui.net.addresses import Endpoint

UNREPLIED, REPLIED, EXPECTED = 30.0, 120.0, 300.0
"""Lifetimes in seconds of entries without packets, and of an expectation."""

TFTP = 69
_REQUESTS = (b"\0\1", b"\0\2")
_NAT_PORTS = range(1_024, 65_536)


@dataclass(frozen=True, slots=True)
class Flow:
    """Source and target."""

    source: Endpoint
    target: Endpoint

    @property
    def back(self) -> "Flow":
        """The other direction."""
        return Flow(self.target, self.source)


@dataclass(slots=True)
class Entry:
    """One flow and its replies.

    Attributes:
        original, reply: as packets of each direction arrive at the firewall.
        has_helper: whether its requests are read.
        is_expected: whether a helper had expected it.
        is_replied: whether there was a reply.
    """

    original: Flow
    reply: Flow
    expires: float
    has_helper: bool = False
    is_expected: bool = False
    is_replied: bool = False


@dataclass(frozen=True, slots=True)
class _Expectation:
    """The endpoint that will get a reply, and the address it used."""

    client: Endpoint
    asked: str
    expires: float


@dataclass(frozen=True, slots=True)
class Tracked:
    """A packet and its entry.

    Attributes:
        leaving: the flow behind the firewall, changed by NAT.
    """

    entry: Entry
    state: State
    leaving: Flow
    is_back: bool = False


class Tracking:
    """The flows of one firewall. Times are seconds of one clock.

    Call look_up() for each packet, and remember() if it may pass.

    Args:
        nat: the address that clients are translated to, or None.
        has_helper: whether new flows to port 69 are read.

    Attributes:
        forwards: the address whose port 69 is forwarded, and its target, or None.
        is_helped: overrides has_helper if True.
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
        """Delete all flows, as after a change of rules."""
        self._entries.clear()
        self._expected.clear()

    def look_up(self, flow: Flow, now: float, *, to_server: bool) -> Tracked | None:
        """Return a packet's entry, without a change of state.

        Returns:
            None if it can't be forwarded: it is to the NAT, and belongs to no flow.
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
        """Record that a packet passed."""
        entry = tracked.entry
        if tracked.is_back:
            entry.is_replied = True
        entry.expires = now + (REPLIED if entry.is_replied else UNREPLIED)
        self._entries[entry.original] = self._entries[entry.reply] = entry
        if entry.is_expected:
            self._expected.pop(_expectation(entry.original), None)
        if entry.has_helper and not tracked.is_back and payload[:2] in _REQUESTS:
            seen = entry.reply  # the reply goes to the address that the server saw
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
        """Return the target after forwarding; None if the packet has no receiver."""
        if self.forwards is None or target.host != self.forwards[0]:
            return target
        return Endpoint(self.forwards[1], TFTP) if target.port == TFTP else None

    def _masked(self, flow: Flow) -> Flow:
        """Return the reply to a flow behind NAT, with the same port if it is free."""
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
    """Return the key of an expectation: any port of the server, to one port."""
    return flow.source.host, flow.target
