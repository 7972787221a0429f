"""The firewall's rules: one line of text each.

accept client -> server:69 accept server:40000-40099 -> client:1024-65535 accept
established drop fragments
"""

import re
from dataclasses import dataclass
from enum import Enum

from tftptui.settings import SettingsError, parse_port_range


class RuleError(ValueError):
    """A rule is invalid; the text says how to write it."""


class Action(Enum):
    """What happens to a packet."""

    ACCEPT = "accept"
    DROP = "drop"
    """Without an ICMP error."""
    REJECT = "reject"
    """With an ICMP error to the sender: prohibited."""


class Way(Enum):
    """The direction of a packet."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


class State(Enum):
    """The connection tracking state of a packet."""

    NEW = "new"
    ESTABLISHED = "established"
    """There were packets in both directions, or this is the first reply."""
    RELATED = "related"
    """The helper expected it: it read the request."""


@dataclass(frozen=True, slots=True)
class Ports:
    """A range of UDP ports, both ends included."""

    first: int = 0
    last: int = 65_535

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last


ANY = Ports()


@dataclass(frozen=True, slots=True)
class Sight:
    """The properties of a packet that rules use."""

    way: Way
    source_port: int
    target_port: int
    state: State = State.NEW
    is_fragmented: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        text: as written.
        way, state: the required direction and state, or None for any.
        source, target: the required ports.
        fragments: whether it only matches fragmented packets.
    """

    text: str
    action: Action
    way: Way | None = None
    source: Ports = ANY
    target: Ports = ANY
    state: State | None = None
    fragments: bool = False

    def matches(self, sight: Sight) -> bool:
        """Return whether the rule matches this packet."""
        return (
            self.way in (None, sight.way)
            and self.state in (None, sight.state)
            and sight.source_port in self.source
            and sight.target_port in self.target
            and (sight.is_fragmented or not self.fragments)
        )


_FLOW = re.compile(
    r"(?P<source>client|server)(:(?P<from>[\d–-]+))?\s*(->|→)\s*"
    r"(?P<target>client|server)(:(?P<to>[\d–-]+))?"
)

_EXAMPLE = "write it like 'accept server:40000-40099 -> client:1024-65535'"


def parse_rule(text: str) -> Rule:
    """Parse a rule: accept, drop or reject, then conditions.

    Conditions are a flow, a state (new, established, related), "fragments", or several
    of these; without any, every packet matches.

    Raises:
        RuleError: the text is invalid.
    """
    verb, _, rest = text.strip().partition(" ")
    try:
        action = Action(verb)
    except ValueError:
        raise RuleError(
            f"unknown action {verb!r}; begin with accept, drop or reject"
        ) from None
    found = _FLOW.search(rest)
    words = (_FLOW.sub(" ", rest, count=1) if found else rest).split()
    state = _state(words, text)
    if found is None:
        return Rule(text, action, state=state, fragments="fragments" in words)
    if found["source"] == found["target"]:
        raise RuleError(f"{text!r} needs a client and a server; {_EXAMPLE}")
    return Rule(
        text,
        action,
        Way.TO_SERVER if found["target"] == "server" else Way.TO_CLIENT,
        _ports(found["from"]),
        _ports(found["to"]),
        state,
        "fragments" in words,
    )


def _state(words: list[str], text: str) -> State | None:
    """Return the state named in a rule, if any."""
    states = {state.value: state for state in State}
    named = [states[word] for word in words if word in states]
    for word in words:
        if word not in states and word != "fragments":
            raise RuleError(f"unknown word {word!r} in {text!r}; {_EXAMPLE}")
    if len(named) > 1:
        raise RuleError(f"{text!r} has two states; make it two rules")
    return named[0] if named else None


def _ports(text: str | None) -> Ports:
    if text is None:
        return ANY
    try:
        ports = parse_port_range(text)
    except SettingsError as error:
        raise RuleError(str(error)) from error
    return Ports(ports.first, ports.last)
