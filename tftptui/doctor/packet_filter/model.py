"""Chains, rules and packets; truths are True, False or None for "can't tell"."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address
Truth = bool | None

CONNTRACK = -200
"""Priority at which conntrack learns of a packet (prerouting, output)."""


class State(Enum):
    """What conntrack makes of a packet."""

    NEW = "new"
    ESTABLISHED = "established"
    RELATED = "related"
    UNTRACKED = "untracked"
    INVALID = "invalid"
    """Also what rules see that run before conntrack does."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A UDP packet.

    Attributes:
        device: name of the interface that it comes in or leaves by.
        is_inward: whether it comes in.
        state: None where that is unknown.
        helper: name of the helper that expected its flow, or None.
        is_reply: whether it travels against the first packet of its flow.
    """

    source: Address
    source_port: int
    destination: Address
    destination_port: int
    device: str
    is_inward: bool
    state: State | None = State.NEW
    helper: str | None = None
    is_reply: bool = False

    @property
    def version(self) -> int:
        """4 or 6."""
        return self.destination.version


class Verdict(Enum):
    """What ends the way of a packet through a chain."""

    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    UNKNOWN = "unknown"
    """Something that this model has no idea of."""


Test = Callable[[Packet], Truth]


@dataclass(frozen=True, slots=True)
class Match:
    """The rule goes on if the test is true."""

    test: Test


@dataclass(frozen=True, slots=True)
class End:
    """The packet's way through this hook's chain ends."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Jump:
    """Another chain looks at it; with ``is_goto`` it does not come back here."""

    chain: str
    is_goto: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """Back to the chain that jumped here, or to the policy."""


@dataclass(frozen=True, slots=True)
class NoTrack:
    """Conntrack is to leave it alone."""


@dataclass(frozen=True, slots=True)
class AssignHelper:
    """A helper is to read its flow; ``is_template`` works before conntrack too."""

    kind: str
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The first case whose test is true decides (a verdict map)."""

    cases: "Cases"


Cases = tuple[tuple[Test, "Step"], ...]
Step = Match | End | Jump | Return | NoTrack | AssignHelper | Choice


@dataclass(frozen=True, slots=True)
class Rule:
    """Steps in order; ``words`` say which rule it is, for people."""

    steps: tuple[Step, ...]
    words: str


@dataclass(slots=True)
class Chain:
    """A chain; without a hook it is only jumped to.

    Attributes:
        family: "ip", "ip6" or "inet".
        is_nat: of type nat: only first packets of a flow go through it.
    """

    family: str
    table: str
    name: str
    hook: str | None = None
    priority: int = 0
    policy: Verdict = Verdict.ACCEPT
    is_nat: bool = False
    rules: list[Rule] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Which chain it is, for people."""
        return f"{self.family} {self.table} {self.name}"

    def concerns(self, packet: Packet) -> bool:
        """Whether it looks at packets of that IP version."""
        own = {"ip": (4,), "ip6": (6,), "inet": (4, 6)}.get(self.family, ())
        return packet.version in own


@dataclass(slots=True)
class Ruleset:
    """All chains, by family, table and name."""

    chains: dict[tuple[str, str, str], Chain] = field(default_factory=dict)

    def add(self, chain: Chain) -> Chain:
        """Add a chain and return it."""
        self.chains[chain.family, chain.table, chain.name] = chain
        return chain

    def at(self, hook: str) -> list[Chain]:
        """Return the base chains at a hook, in the order that packets meet them."""
        chains = [chain for chain in self.chains.values() if chain.hook == hook]
        return sorted(chains, key=lambda chain: chain.priority)
