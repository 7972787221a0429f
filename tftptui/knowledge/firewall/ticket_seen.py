"""The observed traffic in a ticket: summary and flows.

File names come from strangers: they are escaped for Markdown.
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
    """Return which client got no file, and the findings, as sentences."""
    traffic = advice.traffic
    if traffic is None or not traffic.flows:
        return []
    if not traffic.failed:
        seen = counted(len(traffic.flows), "transfer")
        running = sum(flow.outcome == RUNNING for flow in traffic.flows)
        still = f", {running} still running" if running else ""
        opening = f"{seen} seen{still}; none seems to be blocked."
        return [f"{opening} TFTP always needs the following."]
    first, same = traffic.failed[0], of_one_errand(traffic.failed)
    requests = sum(flow.requests for flow in same)
    theirs = port_word([flow.client_tid for flow in same], "UDP")
    ours = port_word([flow.server_tid for flow in same])
    sent = counted(sum(flow.answers for flow in same), "packet")
    text = (
        f"{first.client} requested {code(first.file)} from {first.server} "
        f"{times(requests)}, from {theirs} ({_span(same)}). "
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
        *(f"{LOCATED} {cell(opening)}" for opening in traffic.located),
    ]


def of_one_errand(flows: Sequence[SeenFlow]) -> list[SeenFlow]:
    """Return the flows with the client and file of the first one."""
    errand = flows[0].client, flows[0].file
    return [flow for flow in flows if (flow.client, flow.file) == errand]


def _span(flows: Sequence[SeenFlow]) -> str:
    """Return the time range of flows."""
    begun = _second(min(f.first for f in flows))
    last = _second(max(f.last for f in flows))
    is_over = all(flow.outcome != RUNNING for flow in flows)
    return f"{begun} to {last}" + ("" if is_over else ", still running")


def _second(time: str) -> str:
    """Return a journal time without its fraction, to compare with other logs."""
    return _FRACTION.sub("", time)


def seen_rows(traffic: Traffic | None, elsewhere: str) -> list[str]:
    """Return the table of flows; ELSEWHERE says where to get all of them."""
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
    """Return the number of packets we sent, as text: 6 (OACK, 5 resent)."""
    notes = ["OACK"] if flow.has_oack else []
    if flow.sent_again:
        notes.append(f"{flow.sent_again:,} resent")
    text = f" ({', '.join(notes)})" if notes else ""
    at_least = "≥ " if flow.direction == "write" and flow.acked else ""
    return f"{at_least}{flow.answers}{text}"


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def code(text: str) -> str:
    """Return untrusted text as inline code, escaped."""
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def cell(text: str) -> str:
    """Return untrusted text for a table cell, escaped."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
