"""Observed or requested flows as CSV (RFC 4180).

File names come from strangers: they are escaped so that spreadsheets see no formula.
"""

import csv

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.plans import Flow
from tftptui.knowledge.firewall.seen import SeenFlow
from tftptui.knowledge.firewall.situation import Family
from tftptui.knowledge.firewall.words import ends

_SPREADSHEET_SIGNS = ("=", "+", "-", "@")

SEEN_COLUMNS = (
    "protocol",
    "client",
    "client_port",
    "client_port_chosen_by",
    "server",
    "server_port",
    "server_port_chosen_by",
    "file",
    "direction",
    "first",
    "last",
    "requests",
    "blocks_sent",
    "sent_again",
    "blocks_acknowledged",
    "outcome",
    "errors",
    "answers_sent",
)
ASKED_COLUMNS = (
    "flow",
    "protocol",
    "source",
    "source_ports",
    "destination",
    "destination_ports",
    "passes_by",
    "purpose",
)


def csv_text(advice: Advice) -> str:
    """Return the observed flows as CSV (RFC 4180); without any, the requested ones."""
    if advice.traffic is not None and advice.traffic.flows:
        rows = [SEEN_COLUMNS, *map(_seen_row, advice.traffic.flows)]
    else:
        rows = [ASKED_COLUMNS]
        for flow in advice.chosen.plan.flows:
            for family in advice.situation.families:
                rows.append(_flow_row(flow, family))
    lines = _Lines()
    csv.writer(lines).writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    """A list that csv can write to."""

    def write(self, text: str) -> int:
        self.append(text)
        return len(text)


def _seen_row(flow: SeenFlow) -> tuple[str, ...]:
    return (
        "UDP",
        flow.client,
        str(flow.client_tid),
        "client",
        flow.server,
        str(flow.server_tid),
        "server",
        _plain(flow.file),
        flow.direction,
        flow.first,
        flow.last,
        str(flow.requests),
        str(flow.blocks),
        str(flow.sent_again),
        str(flow.acked),
        flow.outcome,
        _plain("; ".join(flow.errors)),
        str(flow.answers),
    )


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_SPREADSHEET_SIGNS) else text


def _flow_row(flow: Flow, family: Family) -> tuple[str, ...]:
    source, destination = ends(flow, family)
    return (
        flow.part.value,
        "UDP",
        source[0],
        source[1],
        destination[0],
        destination[1],
        flow.passing.value,
        flow.purpose,
    )
