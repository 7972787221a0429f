"""The firewall between clients and server: ordered rules, state, a helper, NAT."""

from collections import Counter
from dataclasses import dataclass

from tftptui.demo.simulation.connection_tracking import Flow, Tracking
from tftptui.demo.simulation.firewall_rules import Action, Rule, Sight, Way, parse_rule
from tftptui.net.addresses import Endpoint

IP_HEADERS = 28
"""Bytes of IPv4 and UDP headers."""

NO_FLOW = "NAT has no such flow"
"""The reason if a packet for the NAT belongs to no flow."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram."""

    source: Endpoint
    target: Endpoint
    payload: bytes

    @property
    def nbytes(self) -> int:
        """Its length in bytes with headers, unfragmented."""
        return len(self.payload) + IP_HEADERS


@dataclass(frozen=True, slots=True)
class Verdict:
    """The firewall's decision about a datagram.

    Attributes:
        action: whether it passes.
        reason: the rule's text, or why none matched.
        datagram: as forwarded; NAT changes one of its endpoints.
    """

    action: Action
    reason: str
    datagram: Datagram

    @property
    def passes(self) -> bool:
        """Whether it passes."""
        return self.action is Action.ACCEPT


class Firewall:
    """Decides about datagrams, one by one. Times are seconds of one clock.

    Attributes:
        rules: the first match decides; may be replaced.
        policy: for packets that match no rule.
        tracking: its state.
        is_off: whether everything passes, as without rules.
        hits: packets that each rule decided about, by its text.
    """

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.policy = Action.ACCEPT
        self.tracking = Tracking()
        self.is_off = False
        self.hits: Counter[str] = Counter()

    @property
    def policy_text(self) -> str:
        """The policy, written like a rule."""
        return f"default: {self.policy.value}"

    def goes_by(self, reason: str) -> bool:
        """Return whether the reason of an earlier decision is still in force."""
        known = {self.policy_text, NO_FLOW, *(rule.text for rule in self.rules)}
        return not self.is_off and reason in known

    def set_rules(self, texts: list[str]) -> None:
        """Replace the rules; tracked flows stay.

        Raises:
            RuleError: one of them is invalid; nothing has changed.
        """
        self.rules = [parse_rule(text) for text in texts]

    def judge(
        self, datagram: Datagram, way: Way, now: float, *, is_fragmented: bool = False
    ) -> Verdict:
        """Decide about a datagram."""
        flow = Flow(datagram.source, datagram.target)
        to_server = way is Way.TO_SERVER
        tracked = self.tracking.look_up(flow, now, to_server=to_server)
        if tracked is None:
            return Verdict(Action.REJECT, NO_FLOW, datagram)
        # Ports as on the clients' side, as in the rules that people write.
        seen = flow if to_server else tracked.leaving
        sight = Sight(
            way, seen.source.port, seen.target.port, tracked.state, is_fragmented
        )
        action, reason = self._decide(sight)
        self.hits[reason] += 1
        leaving = tracked.leaving
        passed = Datagram(leaving.source, leaving.target, datagram.payload)
        if action is Action.ACCEPT:
            self.tracking.remember(tracked, datagram.payload, now)
        return Verdict(action, reason, passed)

    def _decide(self, sight: Sight) -> tuple[Action, str]:
        if self.is_off:
            return Action.ACCEPT, "the rules are off"
        for rule in self.rules:
            if rule.matches(sight):
                return rule.action, rule.text
        return self.policy, self.policy_text
