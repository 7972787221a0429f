"""What only a capture shows: requests without an answer, and others' refusals.

Who looks at a capture stands beside the wire. That nothing came past is no fact about
the server: the capture may not see the way back.
"""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.chance import rounds_no_chance
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import helps_for
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, port_word, times

_CODES = {
    "not-found": "file-missing",
    "access": "file-permission",
    "limit": "disk-full",
}
"""What a finding is called, by what the ERROR says; see docs of the journal."""

_CURES = {
    "not-found": "look where that server keeps its files, how it spells the name, and "
    "below which folder it looks; or have the client ask for another name",
    "access": "let the server's user read the file (an upload: write it), and look at "
    "the server's own log",
    "limit": "make room on the server's disk, or raise its limit for uploads",
    "exists": "have the server replace files, or give the upload another name",
}
_LOOK = "look at the server's own log: the ERROR says all that it tells its client"
_FEW = 2
"""Repeats in a row that tell why a transfer ended; one that goes on may have them by
chance."""

_STILL = 5.0
"""Seconds for which it does not go on, besides: a client may leave repeats unanswered
and repeat its own ACK only then."""

_CROSSING = 1.0
"""Seconds for which packets of both ends may cross."""

HOW = "tcpdump -w boot.pcap 'host {client} and (udp or icmp or icmp6)'"
"""A capture that sees the answers, which come from ports that nobody knows before."""


def refused(facts: Facts) -> Draft | None:
    """The server of a capture answered the request with an ERROR."""
    if not facts.scene.is_capture or not facts.refusals or _is_harmless(facts):
        return None
    last, latest = facts.refusals[-1], facts.latest
    if latest is not None and latest.started > last.time:
        return None
    is_write = last.direction == "write"
    code = _CODES.get(last.reason, "request-refused")
    what = "store" if is_write else "give out"
    return Draft(
        code="upload-refused" if is_write and code != "disk-full" else code,
        headline=_does_not_have(facts, last)
        or f"{facts.words.server_itself} does not {what} {facts.file}: {last.message}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(
            Evidence(
                text=f"{evidence.refused_requests(facts)}; "
                f"the answer was ERROR {last.error_code}: {last.message}",
                time=last.time,
            ),
        ),
        remedies=remedies.say(_CURES.get(last.reason, _LOOK)),
        proof="" if is_write else proofs.fetch(facts),
    )


def broken_off(facts: Facts) -> Draft | None:
    """The server of a capture ended a transfer with an ERROR, of its own accord."""
    one = facts.latest
    is_own = one is not None and not one.timeouts
    return given_up(facts) if is_own else None


def given_up(facts: Facts) -> Draft | None:
    """The same, also where it had waited in vain: then silence tells more."""
    one = facts.latest
    if not facts.scene.is_capture or one is None or one.our_error is None:
        return None
    if one.phase != "failed":
        return None
    return Draft(
        code="server-aborted",
        headline=f"{facts.words.server_itself} broke {facts.file} for {facts.client} "
        f"off at block {one.acked_blocks:,}: "
        f"{one.error.partition(': ')[2] or one.error}.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(Evidence(text=one.error, transfer=one.number, time=one.ended),),
        remedies=remedies.say(_LOOK),
    )


def sent_back(facts: Facts) -> Draft | None:
    """A named machine reports that it does not take the request."""
    found = [one for one in facts.unanswered if one.bounced is not None]
    if not found or facts.is_done:
        return None
    last = found[-1]
    name, sender, _ = last.bounced or ("", "", 0)
    is_server = sender == last.server
    who = facts.words.server if is_server else sender
    why = (
        "no TFTP server runs there, or its firewall refuses"
        if is_server
        else ("a firewall or router refuses them")
    )
    total = sum(one.bounced[2] for one in found if one.bounced)
    return Draft(
        code="requests-refused",
        headline=f"Requests of {facts.client} for {facts.file} are sent back by {who} "
        f"({name}): {why}.",
        confidence=FACT if total > 1 else LIKELY,
        stands_at="server" if is_server else "between",
        transfers=tuple(one.number for one in found),
        since=found[0].started,
        evidence=(
            Evidence(
                text=f"ICMP {name!r} from {sender}, {times(total)}",
                transfer=last.number,
                time=last.moved,
            ),
            _asked(facts),
        ),
        remedies=remedies.say(
            "look whether the server runs, on which port, and at its own firewall"
            if is_server
            else f"look at the rules of {sender}: UDP port {facts.scene.port} must pass"
        ),
        proof=proofs.fetch(facts),
    )


def nobody_answers(facts: Facts) -> Draft | None:
    """No answer to a client's requests came past the place of the capture."""
    if not facts.unanswered or facts.is_done or facts.is_left:
        return None
    last, latest = facts.unanswered[-1], facts.latest
    if latest is not None and latest.started > last.started:
        return None
    if facts.refusals and facts.refusals[-1].time > last.started:
        return None  # an ERROR is an answer, too
    asked = sum(one.requests for one in facts.unanswered)
    if last.server not in facts.scene.addresses:
        return _answers_not_seen(facts, last)
    tids = list(dict.fromkeys(one.client_tid for one in facts.unanswered))
    own = [one for one in facts.working if one.client == facts.client]
    own = [one for one in own if one.client_tid not in tids]
    return Draft(
        code="no-answer-seen",
        headline=_no_answer(facts, tids, own),
        confidence=LIKELY if asked > 1 else POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in facts.unanswered),
        since=facts.unanswered[0].started,
        evidence=(
            _asked(facts),
            *(evidence.worked(own, facts.client) or (_others_get(last),)),
        ),
        remedies=remedies.say(
            "look at the firewalls before the place of the capture: answers to other "
            "ports of the same client pass"
            if own
            else "look whether the server serves this client, and at the firewalls "
            "before it"
        ),
        proof="; ".join(
            proofs.fetch_from_port(facts, tid)
            for tid in (last.client_tid, *(one.client_tid for one in own[-1:]))
        ),
    )


def _others_get(last: TransferView) -> Evidence:
    return Evidence(text=f"answers of {last.server} to others do come past here")


def _no_answer(facts: Facts, tids: list[int], own: list[Neighbour]) -> str:
    """Return to whom no answer came; OWN other ports of the client got some."""
    told = f"No answer to {facts.client} from {facts.unanswered[-1].server}"
    told = f"{told} is in this capture, for {facts.file}"
    if sum(one.requests for one in facts.unanswered) == 1:
        return f"{told}; it asked only once, so perhaps it has got one."
    if not own:
        return f"{told}, though answers to others are: most likely it gets none."
    good = list(dict.fromkeys(one.client_tid for one in own[-3:]))
    get, do = ("gets", "get")[len(tids) > 1], ("does", "do")[len(good) > 1]
    return (
        f"{told}: most likely its {port_word(tids, 'UDP')} {get} none, "
        f"{port_word(good)} {do}."
    )


def _answers_not_seen(facts: Facts, last: TransferView) -> Draft:
    """Return that a capture may well see one direction only."""
    return Draft(
        code="answers-not-seen",
        headline=f"No request to {last.server} has an answer in this capture: perhaps "
        "there is none, perhaps the capture does not see it.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in facts.unanswered),
        since=facts.unanswered[0].started,
        evidence=(
            _asked(facts),
            Evidence(
                text="answers come from ports of their own, which a filter for port 69 "
                "leaves out, and may take another way than requests"
            ),
        ),
        remedies=remedies.say(
            f"capture anew, with those ports: {HOW.format(client=facts.client)}",
            "or look whether the server runs, and at the firewalls before it",
        ),
        proof=proofs.fetch(facts),
    )


def acks_behind(facts: Facts) -> Draft | None:
    """What the client answers comes past the capture, and the server repeats itself."""
    one = facts.latest
    if not facts.scene.is_capture or one is None or facts.is_done:
        return None
    is_on = one.running and not facts.closed_at(one)
    enough = rounds_no_chance(one.acked_blocks) if is_on else _FEW
    lost = one.lost_to_server + _is_error_lost(facts, one)
    if lost < _FEW or one.timeouts < enough or one.lost_to_client:
        return None
    if is_on and facts.now - one.moved < _STILL:
        return None
    code, what = "acks-blocked", "blocks" if facts.is_upload else "ACKs"
    again = min(lost, one.retransmits)
    return Draft(
        code=code,
        headline=f"The {what} of {facts.client} are in this capture, but do not reach "
        f"UDP port {one.server_tid} of {facts.words.server}: dropped behind it, most "
        "likely by a firewall.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(
            Evidence(
                text=f"{times(again)} the server sent something again whose answer "
                "had come past here before",
                transfer=one.number,
                time=one.moved,
            ),
            evidence.asked(facts),
        ),
        remedies=LazyRemedies(partial(remedies.let_acks_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def _is_error_lost(facts: Facts, one: TransferView) -> bool:
    """Whether the server went on after an ERROR of the client's had come past."""
    if one.peer_error is None or one.ended is None:
        return False
    return any(time - one.ended > _CROSSING for time in facts.closed_at(one))


def _is_harmless(facts: Facts) -> bool:
    """Whether a healthy boot asks for this name in vain."""
    search = facts.search
    if search is None or facts.refusals[-1].reason != "not-found":
        return False
    return not search.is_alarm or search.missing[-1] != facts.file


def _does_not_have(facts: Facts, last: Refused) -> str:
    if last.reason != "not-found" or last.direction == "write":
        return ""
    if facts.search is not None and not facts.search.list.hint:
        return f"{facts.search.words}: {facts.words.server} has none of them."
    return f"{facts.client} asks for {facts.file}, which {facts.words.server} lacks."


def _asked(facts: Facts) -> Evidence:
    tids = list(dict.fromkeys(one.client_tid for one in facts.unanswered))
    asked = sum(one.requests for one in facts.unanswered)
    last = facts.unanswered[-1]
    return Evidence(
        text=f"{counted(asked, 'request')} for {facts.file}, from {port_word(tids)}, "
        "without an answer in this capture",
        transfer=last.number,
        time=last.moved,
    )
