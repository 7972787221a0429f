"""What only a capture shows: requests without an answer, and others' refusals.

Who looks at a capture stands beside the wire. That nothing came past is no fact about
the server: the capture may not see the way back.
"""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.chance import rounds_no_chance
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case, Neighbour
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


def refused(case: Case) -> Draft | None:
    """The server of a capture answered the request with an ERROR."""
    if not case.scene.is_capture or not case.refusals or _is_harmless(case):
        return None
    last, latest = case.refusals[-1], case.latest
    if latest is not None and latest.started > last.time:
        return None
    is_write = last.direction == "write"
    code = _CODES.get(last.reason, "request-refused")
    what = "store" if is_write else "give out"
    return Draft(
        code="upload-refused" if is_write and code != "disk-full" else code,
        headline=_does_not_have(case, last)
        or f"{case.voice.server_itself} does not {what} {case.file}: {last.message}.",
        confidence=FACT,
        stands_at="server",
        since=case.refusals[0].time,
        evidence=(
            Evidence(
                text=f"{evidence.refused_requests(case)}; "
                f"the answer was ERROR {last.error_code}: {last.message}",
                time=last.time,
            ),
        ),
        remedies=remedies.say(_CURES.get(last.reason, _LOOK)),
        proof="" if is_write else proofs.fetch(case),
    )


def broken_off(case: Case) -> Draft | None:
    """The server of a capture ended a transfer with an ERROR, of its own accord."""
    one = case.latest
    is_own = one is not None and not one.timeouts
    return given_up(case) if is_own else None


def given_up(case: Case) -> Draft | None:
    """The same, also where it had waited in vain: then silence tells more."""
    one = case.latest
    if not case.scene.is_capture or one is None or one.our_error is None:
        return None
    if one.phase != "failed":
        return None
    return Draft(
        code="server-aborted",
        headline=f"{case.voice.server_itself} broke {case.file} for {case.client} off "
        f"at block {one.acked_blocks:,}: {one.error.partition(': ')[2] or one.error}.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(Evidence(text=one.error, transfer=one.number, time=one.ended),),
        remedies=remedies.say(_LOOK),
    )


def sent_back(case: Case) -> Draft | None:
    """A named machine reports that it does not take the request."""
    found = [one for one in case.unanswered if one.bounced is not None]
    if not found or case.is_done:
        return None
    last = found[-1]
    name, sender, _ = last.bounced or ("", "", 0)
    is_server = sender == last.server
    who = case.voice.server if is_server else sender
    why = (
        "no TFTP server runs there, or its firewall refuses"
        if is_server
        else ("a firewall or router refuses them")
    )
    total = sum(one.bounced[2] for one in found if one.bounced)
    return Draft(
        code="requests-refused",
        headline=f"Requests of {case.client} for {case.file} are sent back by {who} "
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
            _asked(case),
        ),
        remedies=remedies.say(
            "look whether the server runs, on which port, and at its own firewall"
            if is_server
            else f"look at the rules of {sender}: UDP port {case.scene.port} must pass"
        ),
        proof=proofs.fetch(case),
    )


def nobody_answers(case: Case) -> Draft | None:
    """No answer to a client's requests came past the place of the capture."""
    if not case.unanswered or case.is_done or case.is_left:
        return None
    last, latest = case.unanswered[-1], case.latest
    if latest is not None and latest.started > last.started:
        return None
    if case.refusals and case.refusals[-1].time > last.started:
        return None  # an ERROR is an answer, too
    asked = sum(one.requests for one in case.unanswered)
    if last.server not in case.scene.addresses:
        return _answers_not_seen(case, last)
    tids = list(dict.fromkeys(one.client_tid for one in case.unanswered))
    own = [one for one in case.working if one.client == case.client]
    own = [one for one in own if one.client_tid not in tids]
    return Draft(
        code="no-answer-seen",
        headline=_no_answer(case, tids, own),
        confidence=LIKELY if asked > 1 else POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in case.unanswered),
        since=case.unanswered[0].started,
        evidence=(
            _asked(case),
            *(evidence.worked(own, case.client) or (_others_get(last),)),
        ),
        remedies=remedies.say(
            "look at the firewalls before the place of the capture: answers to other "
            "ports of the same client pass"
            if own
            else "look whether the server serves this client, and at the firewalls "
            "before it"
        ),
        proof="; ".join(
            proofs.fetch_from_port(case, tid)
            for tid in (last.client_tid, *(one.client_tid for one in own[-1:]))
        ),
    )


def _others_get(last: TransferView) -> Evidence:
    return Evidence(text=f"answers of {last.server} to others do come past here")


def _no_answer(case: Case, tids: list[int], own: list[Neighbour]) -> str:
    """Return to whom no answer came; OWN other ports of the client got some."""
    told = f"No answer to {case.client} from {case.unanswered[-1].server}"
    told = f"{told} is in this capture, for {case.file}"
    if sum(one.requests for one in case.unanswered) == 1:
        return f"{told}; it asked only once, so perhaps it has got one."
    if not own:
        return f"{told}, though answers to others are: most likely it gets none."
    good = list(dict.fromkeys(one.client_tid for one in own[-3:]))
    get, do = ("gets", "get")[len(tids) > 1], ("does", "do")[len(good) > 1]
    return (
        f"{told}: most likely its {port_word(tids, 'UDP')} {get} none, "
        f"{port_word(good)} {do}."
    )


def _answers_not_seen(case: Case, last: TransferView) -> Draft:
    """Return that a capture may well see one direction only."""
    return Draft(
        code="answers-not-seen",
        headline=f"No request to {last.server} has an answer in this capture: perhaps "
        "there is none, perhaps the capture does not see it.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in case.unanswered),
        since=case.unanswered[0].started,
        evidence=(
            _asked(case),
            Evidence(
                text="answers come from ports of their own, which a filter for port 69 "
                "leaves out, and may take another way than requests"
            ),
        ),
        remedies=remedies.say(
            f"capture anew, with those ports: {HOW.format(client=case.client)}",
            "or look whether the server runs, and at the firewalls before it",
        ),
        proof=proofs.fetch(case),
    )


def acks_behind(case: Case) -> Draft | None:
    """What the client answers comes past the capture, and the server repeats itself."""
    one = case.latest
    if not case.scene.is_capture or one is None or case.is_done:
        return None
    is_on = one.running and not case.closed_at(one)
    enough = rounds_no_chance(one.acked_blocks) if is_on else _FEW
    lost = one.lost_to_server + _is_error_lost(case, one)
    if lost < _FEW or one.timeouts < enough or one.lost_to_client:
        return None
    if is_on and case.now - one.moved < _STILL:
        return None
    code, what = "acks-blocked", "blocks" if case.is_upload else "ACKs"
    again = min(lost, one.retransmits)
    return Draft(
        code=code,
        headline=f"The {what} of {case.client} are in this capture, but do not reach "
        f"UDP port {one.server_tid} of {case.voice.server}: dropped behind it, most "
        "likely by a firewall.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(case.numbers),
        since=one.moved,
        evidence=(
            Evidence(
                text=f"{times(again)} the server sent something again whose answer "
                "had come past here before",
                transfer=one.number,
                time=one.moved,
            ),
            evidence.asked(case),
        ),
        remedies=Later(partial(remedies.let_acks_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_port(case, one.client_tid),
    )


def _is_error_lost(case: Case, one: TransferView) -> bool:
    """Whether the server went on after an ERROR of the client's had come past."""
    if one.peer_error is None or one.ended is None:
        return False
    return any(time - one.ended > _CROSSING for time in case.closed_at(one))


def _is_harmless(case: Case) -> bool:
    """Whether a healthy boot asks for this name in vain."""
    search = case.search
    if search is None or case.refusals[-1].reason != "not-found":
        return False
    return not search.is_alarm or search.missing[-1] != case.file


def _does_not_have(case: Case, last: Refused) -> str:
    if last.reason != "not-found" or last.direction == "write":
        return ""
    if case.search is not None and not case.search.list.hint:
        return f"{case.search.words}: {case.voice.server} has none of them."
    return f"{case.client} asks for {case.file}, which {case.voice.server} lacks."


def _asked(case: Case) -> Evidence:
    tids = list(dict.fromkeys(one.client_tid for one in case.unanswered))
    asked = sum(one.requests for one in case.unanswered)
    last = case.unanswered[-1]
    return Evidence(
        text=f"{counted(asked, 'request')} for {case.file}, from {port_word(tids)}, "
        "without an answer in this capture",
        transfer=last.number,
        time=last.moved,
    )
