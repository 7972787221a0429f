"""no-answer-seen and answers-not-seen: a capture with requests but no replies.

The capture point may be anywhere. A missing reply is no proof about the server: the
capture may contain only one direction.
"""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, port_word

HOW = "tcpdump -w boot.pcap 'host {client} and (udp or icmp or icmp6)'"
"""Captures the replies too, whose source ports are not known in advance."""


KIND = Kind(
    code=Code.NO_ANSWER_SEEN,
    scope=Scope.CLIENT,
    broken=(),
    helps={},
    ended=served,
)

NOT_SEEN = Kind(
    code=Code.ANSWERS_NOT_SEEN,
    scope=Scope.SERVER,
    broken=(),
    helps={},
    ended=served,
)


def nobody_answers(facts: Facts) -> Draft | None:
    """Detect a client whose requests have no reply in the capture."""
    if not facts.unanswered or facts.is_done or facts.is_left:
        return None
    last, latest = facts.unanswered[-1], facts.latest
    if latest is not None and latest.started > last.started:
        return None
    if facts.refusals and facts.refusals[-1].time > last.started:
        return None  # an ERROR is a reply, too
    requests = sum(one.requests for one in facts.unanswered)
    if last.server not in facts.scene.addresses:
        return _answers_not_seen(facts, last)
    tids = list(dict.fromkeys(one.client_tid for one in facts.unanswered))
    own = [one for one in facts.working if one.client == facts.client]
    own = [one for one in own if one.client_tid not in tids]
    return Draft(
        kind=KIND,
        headline=_no_answer(facts, tids, own),
        confidence=LIKELY if requests > 1 else POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in facts.unanswered),
        since=facts.unanswered[0].started,
        evidence=(
            unanswered_requests(facts),
            *(evidence.worked(own, facts.client) or (_others_get(last),)),
        ),
        remedies=remedies.say(
            "check the firewalls between the server and the capture point: replies to "
            "other ports of the same client pass"
            if own
            else "check whether the server serves this client, and the firewalls in "
            "front of the server"
        ),
        proof="; ".join(
            proofs.fetch_from_port(facts, tid)
            for tid in (last.client_tid, *(one.client_tid for one in own[-1:]))
        ),
    )


def _others_get(last: TransferView) -> Evidence:
    return Evidence(text=f"replies of {last.server} to other clients are captured")


def _no_answer(facts: Facts, tids: list[int], own: list[Neighbour]) -> str:
    """Return who got no reply; OWN are other ports of the client that got one."""
    text = f"This capture has no reply from {facts.unanswered[-1].server} to"
    text = f"{text} {facts.client} for {facts.file}"
    if sum(one.requests for one in facts.unanswered) == 1:
        return f"{text}; it sent no retry, so it may have got a reply."
    if not own:
        return f"{text}, only to other clients."
    good = list(dict.fromkeys(one.client_tid for one in own[-3:]))
    get, do = ("gets", "get")[len(tids) > 1], ("does", "do")[len(good) > 1]
    return f"{text}: its {port_word(tids, 'UDP')} {get} none, {port_word(good)} {do}."


def _answers_not_seen(facts: Facts, last: TransferView) -> Draft:
    """Return the finding that a capture may contain only one direction."""
    return Draft(
        kind=NOT_SEEN,
        headline=f"This capture has no reply to any request to {last.server}: there is "
        "none, or the capture misses it.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(one.number for one in facts.unanswered),
        since=facts.unanswered[0].started,
        evidence=(
            unanswered_requests(facts),
            Evidence(
                text="replies come from other ports, so a capture filter for port 69 "
                "misses them; they may also take another path than requests"
            ),
        ),
        remedies=remedies.say(
            f"capture again, with all ports: {HOW.format(client=facts.client)}",
            "check whether the server runs, and the firewalls in front of the server",
        ),
        proof=proofs.fetch(facts),
    )


def unanswered_requests(facts: Facts) -> Evidence:
    """Return the number of requests without a reply, and their ports."""
    tids = list(dict.fromkeys(one.client_tid for one in facts.unanswered))
    requests = sum(one.requests for one in facts.unanswered)
    last = facts.unanswered[-1]
    return Evidence(
        text=f"{counted(requests, 'request')} for {facts.file}, from {port_word(tids)},"
        " without a reply in this capture",
        transfer=last.number,
        time=last.moved,
    )
