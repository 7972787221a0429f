"""answers-blocked: the client retries, replies do not arrive."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import completed, later_success, later_tries
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import (
    ANY_SIZE,
    ANY_TIME,
    HELPER,
    ONE_PORT,
    RANGE,
    Row,
    other_rule,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.comparison import (
    Difference,
    compare,
    has_recurred,
    in_words,
    unless_it_recurs,
    works_again,
)
from tftptui.findings.signs.place import dropped, place_of_silence
from tftptui.findings.signs.silence import is_unanswered
from tftptui.findings.signs.walks import reaches_now
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.telemetry.findings import LIKELY, POSSIBLE, Remedy
from tftptui.telemetry.words import port_word

_NOT_OURS = "which tries fail does not depend on the port of {server}"

_FIRST = "first find out which of the possible causes it is: {how}"
"""The first step before remedies that are right for only one of the causes."""


def _served_on_alike(facts: Facts) -> str:
    """Return that the file was received on a port similar to those without replies."""
    kinds = {tid >= EPHEMERAL[0] for tid in facts.client_tids}

    def is_alike(one: Neighbour) -> bool:
        return (one.client_tid >= EPHEMERAL[0]) in kinds

    later = later_tries(facts)
    cured = completed(facts) or later_success(facts, later, cures=is_alike)
    return unless_it_recurs(facts, cured) or _all_ports_work(facts)


def _all_ports_work(facts: Facts) -> str:
    """Return that nearby ports have worked since, so that no difference remains."""
    is_left = {*compare(facts).candidates} - {Difference.PATH}
    return "" if is_left else works_again(facts)


def _by_comparison(facts: Facts) -> Row:
    """Return that the range may help while the server's port is a possible cause."""
    possible = compare(facts).possible if facts.tries else []
    if Difference.SERVER_PORT in possible:
        return {
            "port-range": (
                "unknown",
                "yes if the rules allow only some ports of {server}",
            )
        }
    if possible and possible != [Difference.CLIENT_PORT]:
        return {"port-range": ("no", _NOT_OURS)}
    return other_rule(facts)


KIND = Kind(
    code=Code.ANSWERS_BLOCKED,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", RANGE),
        "single-port": ("unknown", ONE_PORT),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", HELPER),
        "client-port": ("unknown", "yes if only some ports are allowed"),
    },
    ended=_served_on_alike,
    undecided=has_recurred,
    adjust=_by_comparison,
)


def answers(facts: Facts) -> Draft | None:
    """Detect a client that retries because our replies do not arrive."""
    if not is_unanswered(facts):
        return None
    worked, differences = facts.working, in_words(facts)
    whose = f"{port_word(facts.client_tids, 'UDP')} of {facts.client}"
    is_open_now = reaches_now(facts)
    return Draft(
        kind=KIND,
        headline=f"No reply from {facts.words.server} reached {whose}, but test "
        "packets arrive there now: the block is gone, or only larger packets are "
        "dropped."
        if is_open_now
        else f"Packets from {facts.words.server} to {whose} are {dropped(facts)}.",
        client_tids=tuple(facts.client_tids),
        confidence=POSSIBLE if is_open_now else LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(*evidence.in_vain(facts, worked), *differences),
        remedies=LazyRemedies(partial(_remedies, facts, is_open=bool(differences))),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_next_ports(facts)
        if differences
        else proofs.fetch_from_ports(facts),
    )


def _remedies(facts: Facts, *, is_open: bool) -> tuple[Remedy, ...]:
    """Return the remedies; IS_OPEN: several causes are possible."""
    how = "run the test" if facts.scene.is_capture else "press o, or run the test"
    first = remedies.say(_FIRST.format(how=how)) if is_open else ()
    return (*first, *remedies.let_answers_through(facts))
