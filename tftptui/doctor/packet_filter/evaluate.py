"""Evaluates the chains of this host for a packet.

If the condition of a rule is unknown, both results are followed. There is a verdict
only if all of them lead to the same one.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from tftptui.doctor.packet_filter.model import (
    CONNTRACK,
    AssignHelper,
    Cases,
    Chain,
    Choice,
    End,
    Jump,
    Match,
    NoTrack,
    Packet,
    Return,
    Rule,
    Ruleset,
    State,
    Step,
    Truth,
    Verdict,
)

_INWARD, _OUTWARD = ("prerouting", "input"), ("output", "postrouting")
_FIRST = (State.NEW, State.RELATED, None)
"""States of the first packet of a flow, the only one that NAT rules see."""

_CLOSED = frozenset({Verdict.DROP, Verdict.REJECT})


@dataclass(frozen=True, slots=True)
class Passage:
    """The result for a packet.

    Attributes:
        passes: whether it passes; None if unknown.
        by: the rule that dropped it, or the unknown condition.
        chain: the base chain in which that happened, like "inet filter input".
        state: its conntrack state at the end, None if unknown.
        helper: name of the helper assigned to its flow, "" for none, None if unknown.
    """

    passes: Truth
    by: str
    state: State | None
    helper: str | None
    chain: str = ""


class _Flow(Enum):
    """Results of a step without a verdict."""

    ON = "the next step, or the next rule"
    BACK = "the chain that jumped here"


_Outcome = Verdict | _Flow


@dataclass(slots=True)
class _Walk:
    """The evaluation of one packet in one base chain.

    Attributes:
        ends: the rules for each possible verdict.
        doubts: relevant rules with an unknown condition.
        effects: effects of rules on conntrack, and whether they are certain.
        within: chains being evaluated, by name; the kernel forbids recursion.
        known: cached results of chains.
    """

    ruleset: Ruleset
    packet: Packet
    ends: dict[Verdict, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    effects: list[tuple[NoTrack | AssignHelper, bool]] = field(default_factory=list)
    is_sure: bool = True
    within: list[str] = field(default_factory=list)
    known: dict[str, set[_Outcome]] = field(default_factory=dict)

    def through(self, chain: Chain) -> set[Verdict]:
        """Evaluate a base chain; return the possible verdicts."""
        outcomes = self._chain(chain)
        verdicts = {o for o in outcomes if isinstance(o, Verdict)}
        if outcomes - verdicts:
            verdicts.add(chain.policy)
            self.ends.setdefault(chain.policy, f"policy of {chain.words}")
        return verdicts

    def _chain(self, chain: Chain) -> set[_Outcome]:
        if chain.name in self.known:
            return self.known[chain.name]
        if chain.name in self.within:
            return {Verdict.UNKNOWN}
        effects = len(self.effects)
        self.within.append(chain.name)
        outcomes = self._rules(chain)
        self.within.pop()
        if len(self.effects) == effects:
            self.known[chain.name] = outcomes
        return outcomes

    def _rules(self, chain: Chain) -> set[_Outcome]:
        outcomes: set[_Outcome] = set()
        for rule in chain.rules:
            got = self._rule(rule, chain)
            outcomes |= got - {_Flow.ON}
            if _Flow.ON not in got:
                return outcomes
        return outcomes | {_Flow.ON}

    def _rule(self, rule: Rule, chain: Chain) -> set[_Outcome]:
        outcomes: set[_Outcome] = set()
        was_sure = self.is_sure
        for step in rule.steps:
            match step:
                case Match(test):
                    truth = test(self.packet)
                    if truth is False:
                        outcomes.add(_Flow.ON)
                        break
                    if truth is None:
                        outcomes.add(_Flow.ON)
                        self.is_sure = False
                case NoTrack() | AssignHelper():
                    self.effects.append((step, self.is_sure))
                case _:
                    got = self._act(step, rule, chain)
                    outcomes |= got - {_Flow.ON}
                    if _Flow.ON not in got:
                        break
        else:
            outcomes.add(_Flow.ON)
        if len(outcomes) > 1 or Verdict.UNKNOWN in outcomes:
            self.doubts.append(rule.words)
        # After a possible verdict, nothing that follows is certain.
        self.is_sure = was_sure and outcomes == {_Flow.ON}
        return outcomes

    def _act(self, step: Step, rule: Rule, chain: Chain) -> set[_Outcome]:
        match step:
            case End(verdict):
                self.ends.setdefault(verdict, rule.words)
                return {verdict}
            case Return():
                return {_Flow.BACK}
            case Jump(name, is_goto):
                return self._jump(name, chain, is_goto=is_goto)
            case Choice(cases):
                return self._choose(cases, rule, chain)
            case _:
                return {_Flow.ON}

    def _choose(self, cases: Cases, rule: Rule, chain: Chain) -> set[_Outcome]:
        outcomes: set[_Outcome] = set()
        for test, chosen in cases:
            truth = test(self.packet)
            if truth is not False:
                outcomes |= self._act(chosen, rule, chain)
            if truth is True:
                return outcomes
        return outcomes | {_Flow.ON}

    def _jump(self, name: str, chain: Chain, *, is_goto: bool) -> set[_Outcome]:
        target = self.ruleset.chains.get((chain.family, chain.table, name))
        if target is None:
            return {Verdict.UNKNOWN}
        outcomes = self._chain(target)
        verdicts: set[_Outcome] = {o for o in outcomes if isinstance(o, Verdict)}
        if outcomes == verdicts:
            return verdicts
        return verdicts | {_Flow.BACK if is_goto else _Flow.ON}


def passage(ruleset: Ruleset, packet: Packet) -> Passage:
    """Return the result for a packet that this host receives or sends."""
    hooks = _INWARD if packet.is_inward else _OUTWARD
    chains = [
        chain
        for hook in hooks
        for chain in ruleset.at(hook)
        if chain.concerns(packet) and (not chain.is_nat or packet.state in _FIRST)
    ]
    answer = Passage(passes=True, by="", state=packet.state, helper="")
    for chain in chains:
        answer = _after(chain, ruleset, packet, answer)
        if answer.passes is False:
            break
    return answer


def _after(chain: Chain, ruleset: Ruleset, packet: Packet, before: Passage) -> Passage:
    """Return the result after one more chain."""
    is_early = chain.hook in ("prerouting", "output") and chain.priority < CONNTRACK
    state = before.state
    if is_early and state is not State.UNTRACKED:
        state = State.INVALID
    walk = _Walk(ruleset, replace(packet, state=state))
    verdicts = walk.through(chain)
    after = _with_effects(before, walk.effects, is_early=is_early)
    if verdicts == {Verdict.ACCEPT}:
        return after
    if verdicts <= _CLOSED:
        by = " or ".join(dict.fromkeys(walk.ends[verdict] for verdict in verdicts))
        return replace(after, passes=False, by=by, chain=chain.words)
    by = next(iter((*walk.doubts, *walk.ends.values())), chain.words)
    return replace(after, passes=None, by=by, chain=chain.words)


def _with_effects(
    passage: Passage,
    effects: list[tuple[NoTrack | AssignHelper, bool]],
    *,
    is_early: bool,
) -> Passage:
    for effect, is_sure in effects:
        if isinstance(effect, NoTrack):
            if is_early:  # later it has no effect: conntrack has processed the packet
                state = State.UNTRACKED if is_sure else None
                passage = replace(passage, state=state)
        elif effect.is_template or not is_early:
            helper = effect.kind if is_sure and effect.kind != "?" else None
            passage = replace(passage, helper=helper)
    return passage
