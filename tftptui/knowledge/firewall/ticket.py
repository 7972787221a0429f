"""What to send to a firewall team: the request in plain words, and the flows seen.

Names of files come from strangers: they are fenced off from Markdown's and a
spreadsheet's own signs.
"""

import csv
from collections.abc import Sequence

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.networks import told_networks
from tftptui.knowledge.firewall.plans import Flow
from tftptui.knowledge.firewall.seen import RUNNING, SeenFlow, Traffic
from tftptui.knowledge.firewall.situation import Family, Way, Where
from tftptui.knowledge.firewall.witnesses import Witnesses
from tftptui.knowledge.firewall.words import PLACES, any_port, endpoints, ends
from tftptui.telemetry.words import counted, port_word, times, url

LOCATED = "Followed"
CSV_COMMAND = "`tftptui firewall --journal JOURNAL --format csv` lists all"
"""Where all flows are, as far as only the journal has them."""

_MOST_ROWS = 40
_MOST_NAMED = 5
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
    """Return the flows seen as CSV (RFC 4180), or those asked for if none was seen."""
    if advice.traffic is not None and advice.traffic.flows:
        rows = [SEEN_COLUMNS, *map(_seen_row, advice.traffic.flows)]
    else:
        rows = [ASKED_COLUMNS]
        for flow in advice.chosen.plan.flows:
            for family in advice.situation.families:
                rows.append(_asked_row(flow, family))
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


def _asked_row(flow: Flow, family: Family) -> tuple[str, ...]:
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


def markdown_text(advice: Advice, elsewhere: str = CSV_COMMAND) -> str:
    """Return the request as Markdown; ELSEWHERE says where all flows are."""
    situation = advice.situation
    clients, servers = endpoints(situation)
    paragraphs = [
        f"# Please let TFTP through: {clients} → {servers}",
        *_story(advice),
        "## What we ask for",
        *_origins(advice),
        *_place(advice),
        _table(
            ("flow", "from", "ports", "to", "ports", "what it is"), _asked_cells(advice)
        ),
        _way_words(advice),
        "## Why these ports",
        _why(advice),
        "## Rules",
        *_rules(advice),
        *_seen(advice.traffic, elsewhere),
        "## After the change",
        *_afterwards(advice),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _story(advice: Advice) -> list[str]:
    traffic = advice.traffic
    if traffic is None or not traffic.flows:
        return []
    if not traffic.failed:
        seen = counted(len(traffic.flows), "transfer")
        running = sum(flow.outcome == RUNNING for flow in traffic.flows)
        still = f", {running} of them still under way" if running else ""
        return [f"{seen} seen{still}; none went unheard."]
    first = traffic.failed[0]
    same = [
        f for f in traffic.failed if (f.client, f.file) == (first.client, first.file)
    ]
    asked = sum(flow.requests for flow in same)
    theirs = port_word([flow.client_tid for flow in same], "UDP")
    ours = port_word([flow.server_tid for flow in same])
    sent = counted(sum(flow.answers for flow in same), "packet")
    text = (
        f"{first.client} asked {first.server} for {_code(first.file)} "
        f"{times(asked)}, from {theirs} ({_span(same)}). "
        f"The server answered from {ours}, at least {sent}; none was acknowledged."
    )
    if advice.missing is not None:
        text += f" What seems not to get through: **{advice.missing.value}**."
    fine = [
        f"{flow.client} port {flow.client_tid} ({near.words})"
        for flow, near in Witnesses(traffic).completed()
    ]
    if fine:
        text += f" Completed: {', '.join(fine[:_MOST_NAMED])}."
    return [text, *(f"{LOCATED} {_cell(told)}" for told in traffic.located)]


def _span(flows: Sequence[SeenFlow]) -> str:
    """Return from when to when they were seen."""
    begun, last = min(f.first for f in flows), max(f.last for f in flows)
    is_over = all(flow.outcome != RUNNING for flow in flows)
    return f"{begun} to {last}" + ("" if is_over else ", and still under way")


def _place(advice: Advice) -> list[str]:
    """Return where the rules are wanted, and where else the block may stand."""
    where, traffic = advice.situation.where, advice.traffic
    told = f"On the firewall {PLACES[where]}, UDP:"
    if traffic is None or not traffic.may_be_client:
        return [told]
    if where is Where.CLIENT:
        return [told, f"**No router stands between**: {_SWITCH}."]
    if not advice.may_be_client:
        return [told]
    if traffic.where is Where.CLIENT:
        return [f"**No firewall is known to stand between**: {_OWN}.", told]
    return [f"**{_ALIKE}** as one on the way: {_OWN}.", told]


_ALIKE = "From the server the client's own firewall looks the same"
_OWN = (
    "please look at the client's own firewall as well (as root on a Linux client, "
    "`tftptui probe` reads its rules; `--where client` writes these rules for it)"
)
_SWITCH = "where it lets them in, please look at the switches and bridges before it"


def _origins(advice: Advice) -> list[str]:
    """Return how the clients' networks are known, in sentences."""
    told, more = told_networks(advice.origins)
    if not told:
        return []
    text = " ".join(f"{one.words}." for one in told)
    if more:
        text += f" {more} more networks are known, or assumed, alike."
    if not advice.is_assumed:
        return [text]
    please = "Please check the clients' networks."
    other = "If theirs is another one, let the rules name that instead."
    return [f"**{please}** {text} {other}"]


def _asked_cells(advice: Advice) -> list[tuple[str, ...]]:
    cells: list[tuple[str, ...]] = []
    for flow in advice.chosen.plan.flows:
        mark = " **(missing)**" if flow.part is advice.missing else ""
        for family in advice.situation.families:
            source, destination = ends(flow, family)
            head = (flow.part.value + mark, *source, *destination)
            cells.append((*head, f"{flow.purpose}; passes by {flow.passing.value}"))
    return cells


def _way_words(advice: Advice) -> str:
    lines = ["Any one of these does it; the first fits this request:", ""]
    ordered = [advice.chosen]
    ordered += [a for a in advice.alternatives if a.way is not advice.chosen.way]
    for alternative in ordered:
        if alternative.obstacle is None:
            opening = alternative.plan.opening.words
            lines.append(
                f"- **{_WAYS[alternative.way]}** – opens {opening}; "
                f"needs that {alternative.plan.needs}"
            )
    return "\n".join(lines)


_WAYS = {
    Way.HELPER: "TFTP helper (ALG, inspection)",
    Way.RANGE: "rules on port ranges",
    Way.SINGLE_PORT: "server in single-port mode",
}


def _why(advice: Advice) -> str:
    return (
        "In TFTP each side chooses its own port for a transfer (RFC 1350 §4). A client "
        "asks from a port of its choice, and every answer must reach exactly that "
        f"port: {any_port(advice.situation.client_ports)}, whatever the device takes. "
        + advice.cautions[0]
    )


def _rules(advice: Advice) -> list[str]:
    speech = advice.dialect.speech
    lines = [f"{speech.title} ({speech.proof.value}):", ""]
    lines.append("```")
    for rule in advice.chosen.rules:
        lines += [f"{speech.comment} {rule.note}", rule.text]
    lines.append("```")
    return ["\n".join(lines)]


def _seen(traffic: Traffic | None, elsewhere: str) -> list[str]:
    if traffic is None or not traffic.flows:
        return []
    flows = Witnesses(traffic).rows(_MOST_ROWS)
    head = (
        "client : port it chose",
        "server : port it chose",
        "file",
        "asked",
        "answers sent",
        "acknowledged",
        "from – to (UTC)",
        "outcome",
    )
    rows: list[tuple[str, ...]] = [
        (
            f"{flow.client} : {flow.client_tid}",
            f"{flow.server} : {flow.server_tid}",
            f"{_code(flow.file)} ({flow.direction})",
            str(flow.requests),
            _answers(flow),
            str(flow.acked),
            f"{flow.first} – {flow.last}",
            _cell("; ".join((flow.outcome, *flow.errors))),
        )
        for flow in flows
    ]
    paragraphs = ["## What was seen (UDP)", _table(head, rows)]
    if left := len(traffic.flows) - len(flows):
        paragraphs.append(
            f"Those that prove most are shown first; {left:,} more: {elsewhere}."
        )
    return paragraphs


def _answers(flow: SeenFlow) -> str:
    """Return what we sent, as a row tells it: 6 (OACK, 5 times again)."""
    notes = ["OACK"] if flow.has_oack else []
    if flow.sent_again:
        notes.append(f"{times(flow.sent_again)} again")
    told = f" ({', '.join(notes)})" if notes else ""
    at_least = "≥ " if flow.direction == "write" and flow.acked else ""
    return f"{at_least}{flow.answers}{told}"


def _afterwards(advice: Advice) -> list[str]:
    paragraphs = []
    if advice.flush:
        commands = "\n".join(advice.flush)
        paragraphs.append(f"Flush what the firewall remembers:\n\n```\n{commands}\n```")
    server = str(advice.situation.families[0].servers[0])
    failed = advice.traffic.failed if advice.traffic else ()
    file = "FILE" if not failed else failed[0].file
    port = failed[0].client_tid if failed else 2_070
    place = url(server, advice.situation.port, file)
    commands = "\n".join(
        f"curl -g -m 20 --local-port {number} -o /dev/null {place}"
        for number in (port, 49_200)
    )
    return [
        *paragraphs,
        f"Try it in the clients' network:\n\n```\n{commands}\n```",
        "If only the second works, low client ports are filtered.",
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _code(text: str) -> str:
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("`", "'")
