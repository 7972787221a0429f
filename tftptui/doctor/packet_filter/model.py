"""Chains, rules and packets; truths are True, False or None for "can't tell"."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address
Truth = bool | None

CONNTRACK = -200
"""Priority at which conntrack processes a packet (prerouting, output)."""


class State(Enum):
    """The conntrack state of a packet."""

    NEW = "new"
    ESTABLISHED = "established"
    RELATED = "related"
    UNTRACKED = "untracked"
    INVALID = "invalid"
    """Also the state for rules that run before conntrack."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A UDP packet.

    Attributes:
        device: name of the interface that receives or sends it.
        is_inward: whether it is received.
        state: None if unknown.
        helper: name of the helper that expected its flow, or None.
        is_reply: whether its direction is opposite to the first packet of its flow.
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
    """The verdict of a chain."""

    ACCEPT = "accept"
    DROP = "drop"
    REJECT = "reject"
    UNKNOWN = "unknown"
    """Something that the model does not support."""


Test = Callable[[Packet], Truth]


@dataclass(frozen=True, slots=True)
class Match:
    """Continue the rule if the test is true."""

    test: Test


@dataclass(frozen=True, slots=True)
class End:
    """End the evaluation of this hook's chain."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Jump:
    """Evaluate another chain; with ``is_goto`` do not come back."""

    chain: str
    is_goto: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """Return to the calling chain, or to the policy."""


@dataclass(frozen=True, slots=True)
class NoTrack:
    """Exclude the packet from conntrack."""


@dataclass(frozen=True, slots=True)
class AssignHelper:
    """Assign a helper to its flow; ``is_template`` also works before conntrack."""

    kind: str
    is_template: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """Select the first case whose test is true (a verdict map)."""

    cases: "Cases"


Cases = tuple[tuple[Test, "Step"], ...]
Step = Match | End | Jump | Return | NoTrack | AssignHelper | Choice


@dataclass(frozen=True, slots=True)
class Rule:
    """Steps in order; ``words`` describe the rule."""

    steps: tuple[Step, ...]
    words: str


@dataclass(slots=True)
class Chain:
    """A chain; without a hook it is only jumped to.

    Attributes:
        family: "ip", "ip6" or "inet".
        is_nat: of type nat: evaluated only for the first packet of a flow.
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
        """The chain's name in words."""
        return f"{self.family} {self.table} {self.name}"

    def concerns(self, packet: Packet) -> bool:
        """Return whether it is evaluated for packets of that IP version."""
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
        """Return the base chains at a hook, in order of evaluation."""
        chains = [chain for chain in self.chains.values() if chain.hook == hook]
        return sorted(chains, key=lambda chain: chain.priority)
