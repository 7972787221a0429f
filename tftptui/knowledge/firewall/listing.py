"""Types for rules and for the definition of a dialect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tftptui.knowledge.firewall.plans import Part, Plan
from tftptui.knowledge.firewall.situation import Kind, Situation, Way, Where
from tftptui.settings import PortRange
from tftptui.telemetry import words


class Proof(Enum):
    """Verification of a dialect's rules."""

    RUN = "loaded into a Linux kernel and used for transfers by tftptui's tests"
    DOCUMENTED = "source: vendor documentation, not run"


@dataclass(frozen=True, slots=True)
class Rule:
    """Consecutive lines with one purpose.

    Attributes:
        text: what to type.
        note: what it does, one line.
        parts: the flows that need it.
    """

    text: str
    note: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """The definition of a dialect.

    Attributes:
        title: name of the firewall.
        comment: start of a comment line.
        proof: how the rules were verified.
        places: where such a firewall may be, the most common first.
        kinds: supported kinds, the default first.
        helper: why there is no helper, or empty if there is one.
        usage: how to apply the lines.
        flush: commands that remove old flows; empty if it keeps none. {port}, {server}
            and {family} (an option of conntrack) are filled in.
        write: returns the rules of a plan.
        prompt: how one line is typed at a shell's or the device's prompt.
        hints: by way, the shortest usage note: which names to replace.
    """

    title: str
    comment: str
    proof: Proof
    places: tuple[Where, ...]
    kinds: tuple[Kind, ...]
    helper: str
    usage: tuple[str, ...]
    flush: tuple[str, ...]
    write: Callable[[Plan, Situation], list[Rule]]
    prompt: str = "{line}"
    hints: Mapping[Way, str] = field(default_factory=dict)

    def can(self, way: Way) -> bool:
        """Return whether the dialect supports a way."""
        return way is not Way.HELPER or not self.helper

    def typed(self, text: str) -> str:
        """Return the lines of a rule as typed one by one."""
        return "\n".join(self.prompt.format(line=line) for line in text.splitlines())


def note_for(part: Part) -> str:
    """Return the note above the rule of a flow."""
    return {
        Part.REQUEST: "request: a client asks, from the port it chose",
        Part.ANSWERS: "answers: from the server's port to the port the client chose",
        Part.ACKS: "ACKs: from the client's port to the server's",
    }[part]


def merged(rules: list[Rule]) -> list[Rule]:
    """Merge RULES with equal texts, in order of the first."""
    found: dict[str, Rule] = {}
    for rule in rules:
        before = found.get(rule.text)
        if before is None:
            found[rule.text] = rule
        else:
            parts = before.parts + tuple(p for p in rule.parts if p not in before.parts)
            found[rule.text] = Rule(rule.text, before.note, parts)
    return list(found.values())


def span(ports: PortRange, dash: str = "-") -> str:
    """Return ports as ``A-B``, or ``A`` for a single one."""
    return words.span(ports.first, ports.last, dash)
