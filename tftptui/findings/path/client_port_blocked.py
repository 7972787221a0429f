"""client-port-blocked: replies to some of the client's ports are dropped."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import STEP, completed, later_success, later_tries, no
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import (
    ANY_SIZE,
    ANY_TIME,
    HELPER,
    ONE_PORT,
    RANGE,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.path import answers_blocked
from tftptui.findings.signs.chance import is_parted_by_chance
from tftptui.findings.signs.comparison import OTHERS, Comparison, Difference, compare
from tftptui.findings.signs.place import dropped, place_of_silence
from tftptui.findings.signs.silence import is_other_class, is_unanswered, ports_of
from tftptui.findings.signs.walks import shown_by_trials
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.knowledge.signatures import is_habit, known
from tftptui.knowledge.ttl_walk import Tells, filters_by_port
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.words import joined, port_word


def _its_port_works(facts: Facts) -> str:
    """Return that replies to its port arrive now, or to the next port of a program.

    Success on another port does not end it: it only shows which ports are dropped.
    """

    def is_again(one: Neighbour) -> bool:
        return one.client_tid in facts.client_tids or _is_next_try(facts, one)

    later = later_tries(facts)
    return completed(facts) or later_success(facts, later, again=is_again, cures=no)


def _is_next_try(facts: Facts, one: Neighbour) -> bool:
    """Return whether the same program has moved its port on, as it does at each try."""
    client = known(one.kind)
    if client is None or not client.steps or one.kind != facts.kind:
        return False
    return 0 < one.client_tid - facts.tries[-1].client_tid <= STEP


KIND = Kind(
    code=Code.CLIENT_PORT_BLOCKED,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", RANGE),
        "single-port": ("unknown", ONE_PORT),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", HELPER),
        "client-port": ("yes", "replies to other ports of the client arrive"),
    },
    ended=_its_port_works,
    surer_than=answers_blocked.KIND,
)


def client_port(facts: Facts) -> Draft | None:
    """Detect dropped replies to low client ports: a transfer on a higher one works."""
    if not is_unanswered(facts):
        return None
    ours = facts.client_tids
    known = facts.working
    worked = [one for one in known if not _is_of_another_port(facts, one)]
    compared = compare(facts)
    silent = {(one.client, one.client_tid) for one in compared.silent}
    silent |= {
        (one.client, one.client_tid) for one in facts.neighbours if not one.worked
    }
    own = {tid for client, tid in silent if client == facts.client}
    # If one of these ports worked before, an outage would look the same.
    has_worked = any(
        one.worked and one.client == facts.client and one.client_tid in own
        for one in facts.neighbours
    )
    if not worked or min(one.client_tid for one in worked) <= max(own):
        return None  # others of its ports, as high as those that work, are silent, too
    is_low = is_other_class(max(own), worked)
    is_of_low_ports = is_low and _is_by_habit(facts, own, silent)
    if not (is_of_low_ports or _is_no_chance(facts, compared, worked)):
        return None
    # For a single server port, a rule for that port would look the same.
    is_clear = (
        is_of_low_ports
        and not has_worked
        and (facts.scene.single_port or len(compared.server_ports) > 1)
        and not OTHERS.intersection(compared.candidates)
    )
    return Draft(
        kind=KIND,
        headline=f"Packets from {facts.words.server} to {port_word(ours, 'UDP')} of "
        f"{facts.client} are {dropped(facts)}; packets to "
        f"{_where_they_arrive(facts, known)} arrive.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT if is_clear else LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, known),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_ports(facts),
    )


def walked_client_port(facts: Facts) -> Draft | None:
    """Detect by a hop-by-hop probe that only this client port is blocked."""
    found = facts.location
    if found is None or not found.is_done or not is_unanswered(facts):
        return None
    sure = filters_by_port(found.suspect, found.other)
    if found.trials:  # a single flow may have hit the bad one of several paths
        is_so = shown_by_trials(facts) is Tells.CLIENT_PORT
        has_many = len({one.server_tid for one in found.trials}) > 1
        sure = (max(sure, LIKELY) if has_many else LIKELY) if is_so else 0.0
    if not sure or found.suspect.port not in facts.client_tids:
        return None
    return Draft(
        kind=KIND,
        headline=f"Packets from {facts.words.server} to "
        f"{port_word(facts.client_tids, 'UDP')} of {facts.client} are "
        f"{dropped(facts)}; packets to {port_word([found.other.port])} arrive.",
        client_tids=tuple(facts.client_tids),
        confidence=sure,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, ()),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_ports(facts),
    )


def _is_by_habit(facts: Facts, own: set[int], silent: set[tuple[str, int]]) -> bool:
    """Return whether a program always uses such ports, not random ones.

    Its kind shows that, or it counts up, or another try used a port next to it. Of
    random ports, those that work are as likely to be higher as lower.
    """

    def is_beside(tid: int) -> bool:
        others = silent - {(facts.client, tid)}
        return any(abs(other - tid) <= STEP for _, other in others)

    return all(is_habit(facts.kind, tid) or is_beside(tid) for tid in own)


def _is_no_chance(facts: Facts, compared: Comparison, worked: list[Neighbour]) -> bool:
    """Return whether too many tries are separated by the client's port for chance.

    A bad one of several paths affects any port; for a while it may look the same.
    """
    if compared.candidates != [Difference.CLIENT_PORT]:
        return False
    silent = {(one.client_tid, one.server_tid) for one in compared.silent}
    silent |= {(one.client_tid, one.server_tid) for one in facts.silent}
    arrived = {(one.client_tid, one.server_tid) for one in worked}
    if max(silent) >= min(arrived):
        return False
    return not is_parted_by_chance(len(silent), len(arrived))


def _is_of_another_port(facts: Facts, one: Neighbour) -> bool:
    """Return whether the client succeeded later on another low port.

    That shows where the dropped ports end, not that they are no longer dropped.
    """
    is_own = one.client == facts.client and one.client_tid not in facts.client_tids
    return is_own and one.begun > facts.last_requested and one.client_tid < EPHEMERAL[0]


def _where_they_arrive(facts: Facts, known: list[Neighbour]) -> str:
    """Return the ports that replies reach, and whose they are if some are others'."""
    latest = known[-3:]
    own = [one.client_tid for one in latest if one.client == facts.client]
    others = [one for one in latest if one.client != facts.client]
    if not own or not others:
        return port_word(ports_of(known))
    whose: dict[str, list[int]] = {}
    for one in others:
        whose.setdefault(one.client, []).append(one.client_tid)
    places = [f"{port_word(tids)} of {client}" for client, tids in whose.items()]
    return joined([port_word(own), *places])
