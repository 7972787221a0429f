"""The wall between clients and server: ordered rules, state, a helper, NAT."""

from collections import Counter
from dataclasses import dataclass

from tftptui.demo.simulation.connection_tracking import Flow, Tracking
from tftptui.demo.simulation.firewall_rules import Action, Rule, Sight, Way, parse_rule
from tftptui.net.addresses import Endpoint

IP_HEADERS = 28
"""Bytes of IPv4 and UDP headers."""

NO_FLOW = "NAT has no such flow"
"""Why a packet that came for the NAT went nowhere."""


@dataclass(frozen=True, slots=True)
class Datagram:
    """A UDP datagram on its way."""

    source: Endpoint
    target: Endpoint
    payload: bytes

    @property
    def octets(self) -> int:
        """Its length on the wire, in one piece."""
        return len(self.payload) + IP_HEADERS


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a firewall does with a datagram.

    Attributes:
        action: whether it passes.
        reason: the rule's text, or why there was none.
        datagram: as it leaves; NAT changes an end of it.
    """

    action: Action
    reason: str
    datagram: Datagram

    @property
    def passes(self) -> bool:
        """Whether it may go on."""
        return self.action is Action.ACCEPT


class Firewall:
    """Judges one datagram after the other. Times are seconds of one clock.

    Attributes:
        rules: the first that matches decides; may be replaced.
        policy: for what no rule is about.
        tracking: what it remembers.
        is_off: whether everything passes, as if there were no rules.
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
        """Whether the reason of a verdict would still be one."""
        known = {self.policy_text, NO_FLOW, *(rule.text for rule in self.rules)}
        return not self.is_off and reason in known

    def set_rules(self, texts: list[str]) -> None:
        """Go by these rules from now on; flows that are known stay so.

        Raises:
            RuleError: one of them is invalid; nothing has changed.
        """
        self.rules = [parse_rule(text) for text in texts]

    def judge(
        self, datagram: Datagram, way: Way, now: float, *, is_fragmented: bool = False
    ) -> Verdict:
        """Decide what becomes of a datagram."""
        flow = Flow(datagram.source, datagram.target)
        to_server = way is Way.TO_SERVER
        tracked = self.tracking.look_up(flow, now, to_server=to_server)
        if tracked is None:
            return Verdict(Action.REJECT, NO_FLOW, datagram)
        # Ports as on the clients' side: what people write rules about.
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
