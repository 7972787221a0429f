"""Advice as text that can be loaded: everything except the rules is a comment."""

from collections.abc import Iterator
from textwrap import wrap

from tftptui.knowledge.firewall.advice import Advice, Alternative
from tftptui.knowledge.firewall.networks import shown_networks
from tftptui.knowledge.firewall.plans import Flow
from tftptui.knowledge.firewall.situation import Kind, Situation
from tftptui.knowledge.firewall.words import PLACES, endpoints, ends

_WIDTH = 78
_KINDS = {
    Kind.STATELESS: "stateless",
    Kind.STATEFUL: "stateful",
    Kind.HELPER: "stateful, with a TFTP helper",
}


def advice_text(advice: Advice) -> str:
    """Return the advice with the rules of the chosen way, to load or to type."""
    comment = advice.dialect.speech.comment
    lines = [f"{comment} {text}".rstrip() for text in _head(advice)]
    for rule in advice.chosen.rules:
        notes = [rule.note]
        if advice.missing in rule.parts:
            notes.append("▲ probably blocked")
        lines += ["", *(f"{comment} {note}" for note in notes), rule.text]
    lines.append("")
    lines += [f"{comment} {text}".rstrip() for text in _tail(advice)]
    return "\n".join(lines) + "\n"


def _head(advice: Advice) -> Iterator[str]:
    situation, speech = advice.situation, advice.dialect.speech
    clients, servers = endpoints(situation)
    nat = ", with NAT" if situation.has_nat else ""
    yield from wrap(f"TFTP: {clients} → {servers}", _WIDTH)
    shown, more = shown_networks(advice.origins)
    for one in shown:
        yield from wrap(f"  {one.words}.", _WIDTH, subsequent_indent="  ")
    if more:
        yield f"  {more} more networks, known or assumed in the same way."
    if advice.is_assumed:
        words = "  If the clients' network is another one, set it with --clients."
        yield from wrap(words, _WIDTH, subsequent_indent="  ")
    yield from wrap(
        f"{speech.title}, {PLACES[situation.where]}; {_KINDS[situation.kind]}{nat}",
        _WIDTH,
    )
    if advice.may_be_client:
        words = "  Or the client's own firewall blocks it: --where client."
        yield from wrap(words, _WIDTH, subsequent_indent="  ")
    yield f"({speech.proof.value})"
    yield ""
    yield "The three flows of a transfer, UDP:"
    yield from _flows(advice)
    yield ""
    yield "Ways to allow the replies, and what each opens:"
    for alternative in advice.alternatives:
        yield from _way(alternative, is_chosen=alternative is advice.chosen)
    yield ""
    yield from speech.usage


def _flows(advice: Advice) -> Iterator[str]:
    for flow in advice.chosen.plan.flows:
        yield _flow(flow, advice.situation)
        mark = " – probably blocked" if flow.part is advice.missing else ""
        yield f"            {flow.purpose}{mark}"


def _flow(flow: Flow, situation: Situation) -> str:
    clients, servers = ends(flow, situation.families[0])
    if not flow.is_to_server:
        clients, servers = servers, clients
    arrow = "→" if flow.is_to_server else "←"
    return (
        f"  {flow.part.value:<8}  client's {clients[1]} {arrow} server's {servers[1]}"
        f"   by {_PASSING[flow.passing.value]}"
    )


_PASSING = {
    "rule": "a rule",
    "state": "state (a reply)",
    "helper": "the helper",
}


def _way(alternative: Alternative, *, is_chosen: bool) -> Iterator[str]:
    mark = "▸" if is_chosen else " "
    head = f"{mark} {alternative.way.value:<12}"
    if alternative.obstacle is not None:
        words = f"not possible: {alternative.obstacle}"
    else:
        words = alternative.plan.opening.words
    indent = " " * len(head)
    yield from wrap(words, _WIDTH, initial_indent=head, subsequent_indent=indent)
    if alternative.obstacle is None:
        words = f"needs: {alternative.plan.needs}"
        yield from wrap(words, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _tail(advice: Advice) -> Iterator[str]:
    if advice.flush:
        yield "Then flush the old flows:"
        for line in advice.flush:
            yield f"  {line}"
        yield ""
    for caution in advice.cautions:
        yield from wrap(caution, _WIDTH, initial_indent="- ", subsequent_indent="  ")
