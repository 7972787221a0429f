"""The decision table: what facts mean, by rules in their order of precedence.

This host's own errors come first, then what a named machine reports, then the sizes,
then silence. Each rule is a pure function of Facts.
"""

from collections.abc import Callable, Mapping

from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.rules import (
    beside,
    empty,
    endings,
    files,
    icmp,
    local,
    quality,
    quiet,
    silence,
    sizes,
    uploads,
    walked,
)
from tftptui.findings.rules.overcome import (
    MENDED,
    answers_again,
    is_undecided,
    overcome,
)

__all__ = [
    "MENDED",
    "NOTES",
    "OF_SERVER",
    "TROUBLE",
    "Rule",
    "answers_again",
    "is_undecided",
    "judge",
    "notes",
    "overcome",
]

Rule = Callable[[Facts], Draft | None]

TROUBLE: tuple[Rule, ...] = (
    local.output_blocked,
    local.no_route,
    local.gateway_silent,
    icmp.refused,
    empty.refused,
    icmp.client_refuses,
    icmp.no_route_there,
    icmp.loop,
    icmp.host_gone,
    icmp.port_closed,
    local.wrong_source,
    beside.refused,
    beside.broken_off,
    files.missing,
    files.ambiguous,
    files.locked,
    files.changed,
    uploads.refused,
    endings.options_refused,
    sizes.mtu,
    sizes.unseen_block,
    beside.acks_behind,
    endings.cut,
    endings.aborted,
    silence.client_port,
    silence.options_not_understood,
    silence.range_mismatch,
    silence.stale_state,
    silence.translation,
    walked.client_port,
    silence.answers,
    quiet.acks,
    beside.sent_back,
    beside.nobody_answers,
    beside.given_up,
    endings.gone,
)
"""The first that fits says why a client does not get its file."""

OF_SERVER: Mapping[str, Rule] = {
    "range-exhausted": files.ports_exhausted,
    "disk-full": uploads.disk_full,
}
"""What the server itself is short of, by code: true beside whatever else is."""

NOTES: tuple[Rule, ...] = (
    endings.size_probe,
    sizes.mtu_lowered,
    quality.loss,
    quality.duplicated,
    quality.reordering,
    quality.long_round_trip,
    quality.slow_client,
)
"""What is worth knowing though it is no trouble; all that fit are told."""


def judge(facts: Facts) -> Draft | None:
    """Return why a client does not get its file, or None when it does."""
    if facts.is_done or (facts.tries and _is_moving(facts)):
        return None
    return next((found for rule in TROUBLE if (found := rule(facts))), None)


def notes(facts: Facts) -> list[Draft]:
    """Return what is worth knowing of facts besides."""
    return [found for rule in NOTES if (found := rule(facts))]


def _is_moving(facts: Facts) -> bool:
    """Whether the last try is on its way and nothing keeps it."""
    latest = facts.tries[-1]
    is_newest = not facts.refusals or latest.started >= facts.refusals[-1].time
    is_quick = latest.running and latest.heard and not latest.timeouts
    return is_newest and is_quick and not sizes.is_first_unseen(facts, latest)
