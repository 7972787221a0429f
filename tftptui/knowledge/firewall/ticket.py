"""A ticket for the firewall team: the request in plain words, and observed flows.

The observed traffic is in ``ticket_seen``.
"""

from collections.abc import Sequence

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.networks import shown_networks
from tftptui.knowledge.firewall.seen import SeenFlow
from tftptui.knowledge.firewall.situation import Way, Where
from tftptui.knowledge.firewall.ticket_seen import (
    of_one_errand,
    seen_rows,
    story,
    table,
)
from tftptui.knowledge.firewall.words import PLACES, any_port, endpoints, ends
from tftptui.settings import HIGHEST_PORT
from tftptui.telemetry.words import url

CSV_COMMAND = "`tftptui firewall --journal JOURNAL --format csv` lists all"
"""The command that lists all flows in the journal."""

_HIGH_PORTS = range(49_200, HIGHEST_PORT)
"""Client ports of ordinary programs: the dynamic ones of RFC 6335."""


def markdown_text(advice: Advice, elsewhere: str = CSV_COMMAND) -> str:
    """Return the ticket as Markdown; ELSEWHERE says where to get all flows."""
    situation = advice.situation
    clients, servers = endpoints(situation)
    paragraphs = [
        f"# Please allow TFTP: {clients} → {servers}",
        *story(advice),
        "## What to allow",
        *_origins(advice),
        *_place(advice),
        table(
            ("flow", "from", "ports", "to", "ports", "what it is"), _flow_cells(advice)
        ),
        _way_words(advice),
        "## Why these ports",
        _why(advice),
        "## Rules",
        *_rules(advice),
        *seen_rows(advice.traffic, elsewhere),
        "## After the change",
        *_afterwards(advice),
    ]
    return "\n\n".join(paragraphs) + "\n"


def _place(advice: Advice) -> list[str]:
    """Return where the rules belong, and where else the block may be."""
    where, traffic = advice.situation.where, advice.traffic
    head = f"On the firewall {PLACES[where]}, UDP:"
    if traffic is None or not traffic.may_be_client:
        return [head]
    if where is Where.CLIENT:
        return [head, f"**No router is between**: {_SWITCH}."]
    if not advice.may_be_client:
        return [head]
    if traffic.where is Where.CLIENT:
        return [f"**No firewall is known between them**: {_OWN}.", head]
    return [f"**{_ALIKE}** as one on the path: {_OWN}.", head]


_ALIKE = "From the server the client's own firewall looks the same"
_OWN = (
    "please check the client's own firewall as well (as root on a Linux client, "
    "`tftptui probe` reads its rules; `--where client` writes these rules for it)"
)
_SWITCH = "if it allows the replies, please check the switches and bridges before it"


def _origins(advice: Advice) -> list[str]:
    """Return how the clients' networks are known, in sentences."""
    shown, more = shown_networks(advice.origins)
    if not shown:
        return []
    text = " ".join(f"{one.words}." for one in shown)
    if more:
        text += f" {more} more networks, known or assumed in the same way."
    if not advice.is_assumed:
        return [text]
    please = "Please check the clients' networks."
    other = "If it is another one, use that in the rules."
    return [f"**{please}** {text} {other}"]


def _flow_cells(advice: Advice) -> list[tuple[str, ...]]:
    cells: list[tuple[str, ...]] = []
    for flow in advice.chosen.plan.flows:
        mark = " **(missing)**" if flow.part is advice.missing else ""
        for family in advice.situation.families:
            source, destination = ends(flow, family)
            head = (flow.part.value + mark, *source, *destination)
            cells.append((*head, f"{flow.purpose}; passes by {flow.passing.value}"))
    return cells


def _way_words(advice: Advice) -> str:
    lines = ["Any one of these is enough; the first fits this request:", ""]
    ordered = [advice.chosen]
    ordered += [a for a in advice.alternatives if a.way is not advice.chosen.way]
    for alternative in ordered:
        if alternative.obstacle is None:
            opening = alternative.plan.opening.words
            lines.append(
                f"- **{_WAYS[alternative.way]}** – opens {opening}; "
                f"requires: {alternative.plan.needs}"
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
        "sends its request from a port of its choice, and every reply must reach that "
        f"port: {any_port(advice.situation.client_ports)}, depending on the device. "
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


def _afterwards(advice: Advice) -> list[str]:
    paragraphs = []
    if advice.flush:
        commands = "\n".join(advice.flush)
        paragraphs.append(f"Flush the old flows:\n\n```\n{commands}\n```")
    server = str(advice.situation.families[0].servers[0])
    failed = advice.traffic.failed if advice.traffic else ()
    file = "FILE" if not failed else failed[0].file
    port, other = _ports_to_try(failed)
    place = url(server, advice.situation.port, file)
    commands = "\n".join(
        f"curl -g -m 20 --local-port {number} -o /dev/null {place}"
        for number in (port, other)
    )
    meaning = (
        "If only the second works, the rules above are not active yet: packets to "
        f"client port {port} are still dropped. If neither works, the client's port is "
        "not the cause."
    )
    tries = f"Test it from the clients' network:\n\n```\n{commands}\n```"
    return [*paragraphs, tries, meaning]


def _ports_to_try(failed: Sequence[SeenFlow]) -> tuple[int, int]:
    """Return the lowest port that failed for the first file, and a high one."""
    if not failed:
        return 2_070, _HIGH_PORTS[0]
    ports = [flow.client_tid for flow in of_one_errand(failed)]
    taken = {flow.client_tid for flow in failed}
    return min(ports), next(port for port in _HIGH_PORTS if port not in taken)
