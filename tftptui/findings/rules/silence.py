"""Trouble that shows only as silence: nothing comes back, and nobody says why.

A client that asks again has not got our answer; one that asks once and is quiet has,
and its ACKs are lost. Silence alone is never a fact: what other transfers of the same
network did makes it one.
"""

from functools import partial
from ipaddress import ip_address

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case, Neighbour, same_options
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


def is_unanswered(case: Case) -> bool:
    """Whether a client has asked again although we have answered, and heard nothing.

    The same request twice is a retry; another one may be the next stage of a client
    that has got what it wanted.
    """
    if case.heard or not case.tries or is_of_empty(case):
        return False
    if any(one.peer_error is not None or one.send_errno for one in case.tries):
        return False
    groups: list[list[TransferView]] = []
    for one in case.tries:
        if groups and same_options(groups[-1][0].asked, one.asked):
            groups[-1].append(one)
        else:
            groups.append([one])
    return any(_is_in_vain(case, group) for group in groups)


def _is_in_vain(case: Case, group: list[TransferView]) -> bool:
    """Whether a request was made again, and too many answers to it were lost."""
    waited = case.now - group[0].started
    if sum(one.requests for one in group) < 2 or waited < _SOON:  # noqa: PLR2004 - again
        return False
    answers = sum(1 + one.retransmits for one in group)
    is_slow = waited >= _SLOW and case.quiet >= _SETTLED
    return answers >= (_FEW_ANSWERS if is_slow else _ANSWERS)


def client_port(case: Case) -> Draft | None:
    """Answers to low client ports are dropped: a transfer on a higher one works."""
    if not is_unanswered(case):
        return None
    ours = case.client_tids
    known = case.working
    worked = [one for one in known if not _is_of_another_port(case, one)]
    if not worked or min(one.client_tid for one in worked) <= max(ours):
        return None
    is_own = case.client in {one.client for one in worked}
    if is_own and len(ours) < _MANY and not _is_other_class(max(ours), worked):
        return None  # it may as well be the flow that a firewall remembers
    code = "client-port-blocked"
    is_clear = _is_other_class(max(ours), worked)
    surely = "" if is_clear else "most likely "
    return Draft(
        code=code,
        headline=f"Packets from {case.voice.server} to {port_word(ours, 'UDP')} of "
        f"{case.client} are {surely}{dropped(case)}; to "
        f"{_where_they_arrive(case, known)} they arrive.",
        client_tids=tuple(case.client_tids),
        confidence=FACT if is_clear else LIKELY,
        stands_at=place_of_silence(case),
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=evidence.in_vain(case, known),
        remedies=Later(partial(remedies.let_answers_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_ports(case),
    )


def stale_state(case: Case) -> Draft | None:
    """A firewall remembers the flow of this client port from before a change.

    The client has got something on another port of the same kind, and asks in vain
    from this one since: had the way been mended for all, it would work.
    """
    if not is_unanswered(case) or case.scene.single_port:
        return None
    worked = [
        one
        for one in case.working
        if one.client == case.client
        and one.client_tid not in case.client_tids
        and one.time < case.last_asked
    ]
    ours = case.client_tids
    if not worked or len(ours) >= _MANY or _is_other_class(max(ours), worked):
        return None
    code = "stale-conntrack"
    gets, do = _verbs(ours, "gets", "get"), _verbs(_tids(worked), "does", "do")
    return Draft(
        code=code,
        headline=f"Only {port_word(ours, 'UDP')} of {case.client} {gets} no answer, "
        f"{port_word(_tids(worked))} {do}: a firewall most likely goes by what it "
        "remembers from before its rules were changed.",
        client_tids=tuple(case.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(case),
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=(
            evidence.asked(case),
            evidence.unanswered(case),
            *evidence.worked(worked, case.client),
        ),
        remedies=Later(partial(remedies.flush, case)),
        helps=helps_for(code, case),
        proof=proofs.remembered(case),
    )


def options_not_understood(case: Case) -> Draft | None:
    """The client takes no OACK: without options the same one works."""
    if not is_unanswered(case) or not all(one.agreed for one in case.tries):
        return None
    plain = [
        one
        for one in case.working
        if not one.had_oack and (one.client, one.kind) == (case.client, case.kind)
    ]
    if not plain or _is_other_class(max(case.client_tids), plain):
        return None
    code = "options-not-understood"
    asked = list(dict.fromkeys(name for name, _ in case.tries[-1].agreed))
    return Draft(
        code=code,
        headline=f"{case.client} most likely does not understand {case.voice.our} "
        "answer to its options: it asks again, and works without them.",
        confidence=LIKELY,
        stands_at="client",
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=(
            evidence.asked(case),
            evidence.unanswered(case),
            *evidence.worked(plain, case.client),
        ),
        remedies=remedies.refuse_option(case, asked),
        helps=helps_for(code, case),
        proof=f"{proofs.fetch_from_port(case, case.client_tids[0])} --tftp-no-options",
    )


def range_mismatch(case: Case) -> Draft | None:
    """Only some of our ports work: a firewall lets another range through.

    A server can tell as soon as ports of both kinds have been tried, in turns and by
    the same client: else the client, or the hour, would explain it as well. Where no
    port of the range is let through there is nothing to compare, and it looks like
    ACKs that are lost altogether (quiet.acks).
    """
    is_quiet = is_unanswered(case) or is_quiet_after_one(case)
    if not is_quiet or case.scene.single_port:
        return None
    worked = [one for one in case.neighbours if one.worked]
    begun = min((one.time for one in worked), default=case.now)  # the rules may be new
    vain = [one for one in case.neighbours if not one.worked and not one.is_open]
    failed = [one for one in vain if one.time > begun]
    bad = {one.server_tid for one in failed} | set(case.server_tids)
    good = {one.server_tid for one in worked}
    is_enough = min(len(good), len(bad)) >= _MANY and len(good | bad) >= _ENOUGH
    if not is_enough or not _is_apart(good, bad):
        return None
    if not _is_in_turns(case, worked, failed):
        return None
    code, used = "range-mismatch", f"{case.scene.first}–{case.scene.last}"
    return Draft(
        code=code,
        headline=f"Transfers on {case.voice.our} ports {ports(good)} work, those on "
        f"{ports(bad)} don't: a firewall most likely lets another range through than "
        + ("it uses." if case.scene.is_capture else f"{used}."),
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=(
            evidence.asked(case),
            evidence.unanswered(case),
            *evidence.worked(worked, case.client),
        ),
        remedies=remedies.equal_ranges(case, PortRange(min(good), max(good))),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_port(case, case.client_tids[0]),
    )


def translation(case: Case) -> Draft | None:
    """A private server is asked from a public address: something translates."""
    if not is_unanswered(case) or case.scene.single_port:
        return None
    latest = case.tries[-1]
    if not (_is_public(case.client) and _is_private(latest.server)):
        return None
    code = "nat-without-helper"
    return Draft(
        code=code,
        headline=f"{case.voice.server_itself} has a private address, {latest.server}, "
        f"and {case.client} is none: the machine that translates between them most "
        f"likely does not translate {case.voice.our} answers.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=(evidence.asked(case), evidence.unanswered(case)),
        remedies=Later(partial(remedies.for_translation, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.watch(case),
    )


def answers(case: Case) -> Draft | None:
    """The client asks again and again: our answers do not arrive."""
    if not is_unanswered(case):
        return None
    worked = case.working
    code = "answers-blocked"
    return Draft(
        code=code,
        headline=f"Packets from {case.voice.server} to "
        f"{port_word(case.client_tids, 'UDP')} of {case.client} are most likely "
        f"{dropped(case)}.",
        client_tids=tuple(case.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(case),
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=evidence.in_vain(case, worked),
        remedies=Later(partial(remedies.let_answers_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_ports(case),
    )


def _verbs(tids: list[int], one: str, many: str) -> str:
    return one if len(set(tids)) == 1 else many


def _is_other_class(highest: int, worked: list[Neighbour]) -> bool:
    """Whether a port is of those that programs choose, and all that worked are not.

    Boot firmware asks from low ports, programs on an operating system from high ones.
    """
    return highest < EPHEMERAL[0] <= min(one.client_tid for one in worked)


def _is_of_another_port(case: Case, one: Neighbour) -> bool:
    """Whether the client did later, on another low port, what these can't.

    That tells where the dropped ports end, and not that they are dropped no more.
    """
    is_own = one.client == case.client and one.client_tid not in case.client_tids
    return is_own and one.begun > case.last_asked and one.client_tid < EPHEMERAL[0]


def _is_apart(some: set[int], others: set[int]) -> bool:
    return max(some) < min(others) or max(others) < min(some)


def _is_in_turns(case: Case, worked: list[Neighbour], failed: list[Neighbour]) -> bool:
    """Whether one client had both, and neither came only after the other."""
    clients = {one.client for one in failed} | {case.client}
    if clients.isdisjoint(one.client for one in worked):
        return False
    bad = [*(one.time for one in failed), *(one.started for one in case.tries)]
    good = [one.time for one in worked]
    return min(bad) < max(good) and min(good) < max(bad)


def _where_they_arrive(case: Case, known: list[Neighbour]) -> str:
    """Return the ports that answers reach, and whose they are where not all are its."""
    latest = known[-3:]
    own = [one.client_tid for one in latest if one.client == case.client]
    others = [one for one in latest if one.client != case.client]
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
