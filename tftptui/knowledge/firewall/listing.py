"""Rules as lines to type, each with what it is for, and where the lines come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from tftptui.knowledge.firewall.plans import Part, Plan
from tftptui.knowledge.firewall.situation import Kind, Situation, Way, Where
from tftptui.settings import PortRange
from tftptui.telemetry import words


class Proof(Enum):
    """What is known of a dialect's lines."""

    RUN = "loaded into a Linux kernel and used for transfers by tftptui's tests"
    DOCUMENTED = "source: vendor documentation, not run"


@dataclass(frozen=True, slots=True)
class Rule:
    """Lines that belong together.

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
    """How one firewall is spoken to.

    Attributes:
        title: what it is called.
        comment: what begins a comment.
        proof: what is known of the lines.
        places: where such a firewall may stand, the commonest first.
        kinds: of which kinds it can be, the one to take first.
        helper: why there is no helper, or an empty text if there is one.
        usage: what to do with the lines.
        flush: what drops the flows that it remembers; empty if it keeps none. In it
            {port}, {server} and {family} (conntrack's option) are filled in.
        write: writes the rules of a plan.
        prompt: how one of the lines is typed at a shell's or the device's prompt.
        hints: by way, the shortest of the usage: what stands for something else.
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
        """Whether the dialect has words for a way."""
        return way is not Way.HELPER or not self.helper

    def typed(self, text: str) -> str:
        """Return the lines of a rule as they are typed one by one."""
        return "\n".join(self.prompt.format(line=line) for line in text.splitlines())


def note_for(part: Part) -> str:
    """Return the note above the rule of a flow."""
    return {
        Part.REQUEST: "request: a client asks, from the port it chose",
        Part.ANSWERS: "answers: from the server's port to the port the client chose",
        Part.ACKS: "ACKs: from the client's port to the server's",
    }[part]


def merged(rules: list[Rule]) -> list[Rule]:
    """Return RULES with equal texts as one, in order of the first."""
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
    """Return ports as ``A-B``, or ``A`` if that is all."""
    return words.span(ports.first, ports.last, dash)
