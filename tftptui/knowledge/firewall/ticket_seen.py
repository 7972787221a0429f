"""What a ticket says was seen: the story, and the flows that prove it.

Names of files come from strangers: they are fenced off from Markdown's own signs.
"""

import re
from collections import Counter
from collections.abc import Sequence

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.seen import RUNNING, SeenFlow, Traffic
from tftptui.knowledge.firewall.witnesses import Witnesses
from tftptui.telemetry.words import counted, port_word, times

LOCATED = "Followed"
_MOST_ROWS = 40
_MOST_NAMED = 5
_FRACTION = re.compile(r"\.\d+")


def story(advice: Advice) -> list[str]:
    """Return who got no file, and what the findings say, as sentences."""
    traffic = advice.traffic
    if traffic is None or not traffic.flows:
        return []
    if not traffic.failed:
        seen = counted(len(traffic.flows), "transfer")
        running = sum(flow.outcome == RUNNING for flow in traffic.flows)
        still = f", {running} still running" if running else ""
        told = f"{seen} seen{still}; none seems to be blocked."
        return [f"{told} TFTP always needs the following."]
    first, same = traffic.failed[0], of_one_errand(traffic.failed)
    asked = sum(flow.requests for flow in same)
    theirs = port_word([flow.client_tid for flow in same], "UDP")
    ours = port_word([flow.server_tid for flow in same])
    sent = counted(sum(flow.answers for flow in same), "packet")
    text = (
        f"{first.client} requested {code(first.file)} from {first.server} "
        f"{times(asked)}, from {theirs} ({_span(same)}). "
        f"The server replied from {ours}, at least {sent}; none was acknowledged."
    )
    if advice.missing is not None:
        text += f" Probably blocked: **{advice.missing.value}**."
    fine = [
        f"{flow.client} port {flow.client_tid} ({near.words})"
        for flow, near in Witnesses(traffic).completed()
    ]
    if fine:
        text += f" Completed: {', '.join(fine[:_MOST_NAMED])}."
    return [
        text,
        *(f"> {cell(said)}" for said in traffic.said),
        *(f"{LOCATED} {cell(told)}" for told in traffic.located),
    ]


def of_one_errand(flows: Sequence[SeenFlow]) -> list[SeenFlow]:
    """Return those of FLOWS by which the first one's client asked for its file."""
    errand = flows[0].client, flows[0].file
    return [flow for flow in flows if (flow.client, flow.file) == errand]


def _span(flows: Sequence[SeenFlow]) -> str:
    """Return from when to when they were seen."""
    begun = _second(min(f.first for f in flows))
    last = _second(max(f.last for f in flows))
    is_over = all(flow.outcome != RUNNING for flow in flows)
    return f"{begun} to {last}" + ("" if is_over else ", still running")


def _second(time: str) -> str:
    """Return a time of the journal to the second: people compare it with logs."""
    return _FRACTION.sub("", time)


def seen_rows(traffic: Traffic | None, elsewhere: str) -> list[str]:
    """Return the table of flows as paragraphs; ELSEWHERE says where all of them are."""
    if traffic is None or not traffic.flows:
        return []
    flows = Witnesses(traffic).rows(_MOST_ROWS)
    head = (
        "client : port it chose",
        "server : port it chose",
        "file",
        "requests",
        "replies sent",
        "acknowledged",
        "from – to (UTC)",
        "outcome",
    )
    rows: list[tuple[str, ...]] = [
        (
            f"{flow.client} : {flow.client_tid}",
            f"{flow.server} : {flow.server_tid}",
            f"{code(flow.file)} ({flow.direction})",
            str(flow.requests),
            _answers(flow),
            str(flow.acked),
            f"{_second(flow.first)} – {_second(flow.last)}",
            cell("; ".join((flow.outcome, *flow.errors))),
        )
        for flow in flows
    ]
    paragraphs = ["## What was seen (UDP)", table(head, rows)]
    if left := len(traffic.flows) - len(flows):
        shown = Counter(flow.outcome for flow in flows)
        rest = Counter(flow.outcome for flow in traffic.flows) - shown
        ends = ", ".join(f"{count:,} {outcome}" for outcome, count in rest.items())
        paragraphs.append(
            f"The most telling are shown; {left:,} more ({ends}): {elsewhere}."
        )
    return paragraphs


def _answers(flow: SeenFlow) -> str:
    """Return what we sent, as a row tells it: 6 (OACK, 5 resent)."""
    notes = ["OACK"] if flow.has_oack else []
    if flow.sent_again:
        notes.append(f"{flow.sent_again:,} resent")
    told = f" ({', '.join(notes)})" if notes else ""
    at_least = "≥ " if flow.direction == "write" and flow.acked else ""
    return f"{at_least}{flow.answers}{told}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table of Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(text: str) -> str:
    """Return foreign text as code, and nothing but that."""
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def cell(text: str) -> str:
    """Return words of others as text, and nothing but that."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
