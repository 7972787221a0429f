"""range-mismatch: a firewall allows another range of server ports."""

from collections.abc import Iterable

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served_on_its_ports
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import ANY_SIZE, ANY_TIME, HELPER
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.chance import is_parted_by_chance
from tftptui.findings.signs.comparison import is_apart
from tftptui.findings.signs.silence import MANY, is_quiet_after_one, is_unanswered
from tftptui.findings.signs.walks import shown_by_trials, trials
from tftptui.knowledge.ttl_walk import Tells
from tftptui.settings import PortRange
from tftptui.telemetry.findings import LIKELY
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import port_word

KIND = Kind(
    code=Code.RANGE_MISMATCH,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("yes", "if it is the range that the firewall allows"),
        "single-port": ("yes", "no range has to be allowed then"),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", HELPER),
        "client-port": ("no", "other transfers to this kind of client port work"),
    },
    ended=served_on_its_ports,
)


def range_mismatch(facts: Facts) -> Draft | None:
    """Detect that only some of our ports work: a firewall allows another range.

    This is certain once ports of both kinds have been tried alternately by the same
    client: otherwise the client, or the time, could be the cause. If no port of the
    range is allowed there is nothing to compare with, and it looks like lost ACKs
    (acks_blocked.acks).
    """
    is_quiet = is_unanswered(facts) or is_quiet_after_one(facts)
    if not is_quiet or facts.scene.single_port:
        return None
    worked = [one for one in facts.neighbours if one.worked]
    begun = min((one.time for one in worked), default=facts.now)  # the rules may be new
    failed = [one for one in facts.silent if one.time > begun]
    bad, good = _flows([*failed, *facts.tries]), _flows(worked)
    bad_ports, good_ports = {ours for ours, _ in bad}, {ours for ours, _ in good}
    if not _is_of_our_port(bad, good) or not _is_in_turns(facts, worked, failed):
        return None
    used = f"{facts.scene.first}–{facts.scene.last}"
    return Draft(
        kind=KIND,
        headline=f"Transfers on {facts.words.our} {port_word(good_ports)} work, "
        f"those on {port_word(bad_ports)} fail: a firewall does not allow "
        + ("all ports of its range." if facts.scene.is_capture else f"all of {used}."),
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(worked, facts.client),
        ),
        remedies=remedies.equal_ranges(
            facts, PortRange(min(good_ports), max(good_ports))
        ),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, facts.client_tids[0]),
    )


def walked_range(facts: Facts) -> Draft | None:
    """Detect test packets that arrive from some of our ports, and none from others."""
    if shown_by_trials(facts) is not Tells.SERVER_PORT or not is_unanswered(facts):
        return None
    good = {one.server_tid for one in trials(facts) if one.reached}
    bad = {one.server_tid for one in trials(facts)} - good
    return Draft(
        kind=KIND,
        headline=f"Packets from {facts.words.our} {port_word(bad)} do not reach "
        f"{facts.client}, those from {port_word(good)} do: a firewall does not allow "
        f"all of {facts.scene.first}–{facts.scene.last}.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, facts.working),
        remedies=remedies.equal_ranges(facts, PortRange(min(good), max(good))),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, facts.client_tids[0]),
    )


def _flows(tries: Iterable[Neighbour | TransferView]) -> set[tuple[int, int]]:
    """Return the ports of each try: ours and the client's."""
    return {(one.server_tid, one.client_tid) for one in tries}


def _is_of_our_port(bad: set[tuple[int, int]], good: set[tuple[int, int]]) -> bool:
    """Return whether our port separates them, the client's does not, beyond chance."""
    ours, clients = (
        [{one[end] for one in side} for side in (bad, good)] for end in (0, 1)
    )
    is_enough = min(len(side) for side in ours) >= MANY
    is_range = is_enough and is_apart(*ours) and not is_apart(*clients)
    return is_range and not is_parted_by_chance(len(bad), len(good), sides=2)


def _is_in_turns(
    facts: Facts, worked: list[Neighbour], failed: list[Neighbour]
) -> bool:
    """Return whether one client had both kinds, and they were interleaved."""
    clients = {one.client for one in failed} | {facts.client}
    if clients.isdisjoint(one.client for one in worked):
        return False
    bad = [*(one.time for one in failed), *(one.started for one in facts.tries)]
    good = [one.time for one in worked]
    return min(bad) < max(good) and min(good) < max(bad)
