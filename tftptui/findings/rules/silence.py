"""Trouble that shows only as silence: nothing comes back, and nobody says why.

A client that asks again has not got our answer; one that asks once and is quiet has,
and its ACKs are lost. Silence alone is never a fact: what other transfers of the same
network did makes it one.
"""

from functools import partial
from ipaddress import ip_address

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts, Neighbour, same_options
from tftptui.findings.helps import helps_for
from tftptui.findings.place import dropped, place_of_silence
from tftptui.findings.rules.empty import is_of_empty
from tftptui.findings.rules.quiet import is_quiet_after_one
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.settings import PortRange
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import joined, port_word, ports

_SOON = 3.0
"""Seconds after our first answer: on a slow way a client asks several times sooner."""

_ANSWERS, _FEW_ANSWERS = 4, 3
"""Answers in a row that no chance loses: four, or three where a client or its time-out
is slow, all of which have had the time to be answered."""

_SLOW, _SETTLED = 6.0, 1.0
"""Seconds after our first answer, and after the last request."""

_MANY, _ENOUGH = 3, 8
"""Ports of each kind, and of both, so that it is hardly chance how they lie."""


def is_unanswered(facts: Facts) -> bool:
    """Whether a client has asked again although we have answered, and heard nothing.

    The same request twice is a retry; another one may be the next stage of a client
    that has got what it wanted.
    """
    if facts.heard or not facts.tries or is_of_empty(facts):
        return False
    if any(one.peer_error is not None or one.send_errno for one in facts.tries):
        return False
    groups: list[list[TransferView]] = []
    for one in facts.tries:
        if groups and same_options(groups[-1][0].asked, one.asked):
            groups[-1].append(one)
        else:
            groups.append([one])
    return any(_is_in_vain(facts, group) for group in groups)


def _is_in_vain(facts: Facts, group: list[TransferView]) -> bool:
    """Whether a request was made again, and too many answers to it were lost."""
    waited = facts.now - group[0].started
    if sum(one.requests for one in group) < 2 or waited < _SOON:  # noqa: PLR2004 - again
        return False
    answers = sum(1 + one.retransmits for one in group)
    is_slow = waited >= _SLOW and facts.quiet >= _SETTLED
    return answers >= (_FEW_ANSWERS if is_slow else _ANSWERS)


def client_port(facts: Facts) -> Draft | None:
    """Answers to low client ports are dropped: a transfer on a higher one works."""
    if not is_unanswered(facts):
        return None
    ours = facts.client_tids
    known = facts.working
    worked = [one for one in known if not _is_of_another_port(facts, one)]
    if not worked or min(one.client_tid for one in worked) <= max(ours):
        return None
    is_own = facts.client in {one.client for one in worked}
    if is_own and len(ours) < _MANY and not _is_other_class(max(ours), worked):
        return None  # it may as well be the flow that a firewall remembers
    code = "client-port-blocked"
    is_clear = _is_other_class(max(ours), worked)
    surely = "" if is_clear else "most likely "
    return Draft(
        code=code,
        headline=f"Packets from {facts.words.server} to {port_word(ours, 'UDP')} of "
        f"{facts.client} are {surely}{dropped(facts)}; to "
        f"{_where_they_arrive(facts, known)} they arrive.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT if is_clear else LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, known),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )


def stale_state(facts: Facts) -> Draft | None:
    """A firewall remembers the flow of this client port from before a change.

    The client has got something on another port of the same kind, and asks in vain
    from this one since: had the way been mended for all, it would work.
    """
    if not is_unanswered(facts) or facts.scene.single_port:
        return None
    worked = [
        one
        for one in facts.working
        if one.client == facts.client
        and one.client_tid not in facts.client_tids
        and one.time < facts.last_asked
    ]
    ours = facts.client_tids
    if not worked or len(ours) >= _MANY or _is_other_class(max(ours), worked):
        return None
    code = "stale-conntrack"
    gets, do = _verbs(ours, "gets", "get"), _verbs(_tids(worked), "does", "do")
    return Draft(
        code=code,
        headline=f"Only {port_word(ours, 'UDP')} of {facts.client} {gets} no answer, "
        f"{port_word(_tids(worked))} {do}: a firewall most likely goes by what it "
        "remembers from before its rules were changed.",
        client_tids=tuple(facts.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(worked, facts.client),
        ),
        remedies=LazyRemedies(partial(remedies.flush, facts)),
        helps=helps_for(code, facts),
        proof=proofs.remembered(facts),
    )


def options_not_understood(facts: Facts) -> Draft | None:
    """The client takes no OACK: without options the same one works."""
    if not is_unanswered(facts) or not all(one.agreed for one in facts.tries):
        return None
    plain = [
        one
        for one in facts.working
        if not one.had_oack and (one.client, one.kind) == (facts.client, facts.kind)
    ]
    if not plain or _is_other_class(max(facts.client_tids), plain):
        return None
    code = "options-not-understood"
    asked = list(dict.fromkeys(name for name, _ in facts.tries[-1].agreed))
    return Draft(
        code=code,
        headline=f"{facts.client} most likely does not understand {facts.words.our} "
        "answer to its options: it asks again, and works without them.",
        confidence=LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(plain, facts.client),
        ),
        remedies=remedies.refuse_option(facts, asked),
        helps=helps_for(code, facts),
        proof=f"{proofs.fetch_from_port(facts, facts.client_tids[0])} "
        "--tftp-no-options",
    )


def range_mismatch(facts: Facts) -> Draft | None:
    """Only some of our ports work: a firewall lets another range through.

    A server can tell as soon as ports of both kinds have been tried, in turns and by
    the same client: else the client, or the hour, would explain it as well. Where no
    port of the range is let through there is nothing to compare, and it looks like
    ACKs that are lost altogether (quiet.acks).
    """
    is_quiet = is_unanswered(facts) or is_quiet_after_one(facts)
    if not is_quiet or facts.scene.single_port:
        return None
    worked = [one for one in facts.neighbours if one.worked]
    begun = min((one.time for one in worked), default=facts.now)  # the rules may be new
    vain = [one for one in facts.neighbours if not one.worked and not one.is_open]
    failed = [one for one in vain if one.time > begun]
    bad = {one.server_tid for one in failed} | set(facts.server_tids)
    good = {one.server_tid for one in worked}
    is_enough = min(len(good), len(bad)) >= _MANY and len(good | bad) >= _ENOUGH
    if not is_enough or not _is_apart(good, bad):
        return None
    if not _is_in_turns(facts, worked, failed):
        return None
    code, used = "range-mismatch", f"{facts.scene.first}–{facts.scene.last}"
    return Draft(
        code=code,
        headline=f"Transfers on {facts.words.our} ports {ports(good)} work, those on "
        f"{ports(bad)} don't: a firewall most likely lets another range through than "
        + ("it uses." if facts.scene.is_capture else f"{used}."),
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(worked, facts.client),
        ),
        remedies=remedies.equal_ranges(facts, PortRange(min(good), max(good))),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_port(facts, facts.client_tids[0]),
    )


def translation(facts: Facts) -> Draft | None:
    """A private server is asked from a public address: something translates."""
    if not is_unanswered(facts) or facts.scene.single_port:
        return None
    latest = facts.tries[-1]
    if not (_is_public(facts.client) and _is_private(latest.server)):
        return None
    code = "nat-without-helper"
    return Draft(
        code=code,
        headline=f"{facts.words.server_itself} has a private address, {latest.server}, "
        f"and {facts.client} is none: the machine that translates between them most "
        f"likely does not translate {facts.words.our} answers.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(evidence.asked(facts), evidence.unanswered(facts)),
        remedies=LazyRemedies(partial(remedies.for_translation, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.watch(facts),
    )


def answers(facts: Facts) -> Draft | None:
    """The client asks again and again: our answers do not arrive."""
    if not is_unanswered(facts):
        return None
    worked = facts.working
    code = "answers-blocked"
    return Draft(
        code=code,
        headline=f"Packets from {facts.words.server} to "
        f"{port_word(facts.client_tids, 'UDP')} of {facts.client} are most likely "
        f"{dropped(facts)}.",
        client_tids=tuple(facts.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, worked),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )


def _verbs(tids: list[int], one: str, many: str) -> str:
    return one if len(set(tids)) == 1 else many


def _is_other_class(highest: int, worked: list[Neighbour]) -> bool:
    """Whether a port is of those that programs choose, and all that worked are not.

    Boot firmware asks from low ports, programs on an operating system from high ones.
    """
    return highest < EPHEMERAL[0] <= min(one.client_tid for one in worked)


def _is_of_another_port(facts: Facts, one: Neighbour) -> bool:
    """Whether the client did later, on another low port, what these can't.

    That tells where the dropped ports end, and not that they are dropped no more.
    """
    is_own = one.client == facts.client and one.client_tid not in facts.client_tids
    return is_own and one.begun > facts.last_asked and one.client_tid < EPHEMERAL[0]


def _is_apart(some: set[int], others: set[int]) -> bool:
    return max(some) < min(others) or max(others) < min(some)


def _is_in_turns(
    facts: Facts, worked: list[Neighbour], failed: list[Neighbour]
) -> bool:
    """Whether one client had both, and neither came only after the other."""
    clients = {one.client for one in failed} | {facts.client}
    if clients.isdisjoint(one.client for one in worked):
        return False
    bad = [*(one.time for one in failed), *(one.started for one in facts.tries)]
    good = [one.time for one in worked]
    return min(bad) < max(good) and min(good) < max(bad)


def _where_they_arrive(facts: Facts, known: list[Neighbour]) -> str:
    """Return the ports that answers reach, and whose they are where not all are its."""
    latest = known[-3:]
    own = [one.client_tid for one in latest if one.client == facts.client]
    others = [one for one in latest if one.client != facts.client]
    if not own or not others:
        return port_word(_tids(known))
    whose: dict[str, list[int]] = {}
    for one in others:
        whose.setdefault(one.client, []).append(one.client_tid)
    told = [f"{port_word(tids)} of {client}" for client, tids in whose.items()]
    return joined([port_word(own), *told])


def _tids(neighbours: list[Neighbour]) -> list[int]:
    return [one.client_tid for one in neighbours[-3:]]


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
