"""Firewall advice, drawn: flows, paths, rules, cautions."""

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.listing import span
from tftptui.knowledge.firewall.networks import shown_networks
from tftptui.knowledge.firewall.plans import Passing
from tftptui.knowledge.firewall.words import endpoints

Slots = Mapping[str, Style]

_PASSING = {
    Passing.PORTS: "by a rule",
    Passing.REPLY: "by state: a reply",
    Passing.HELPER: "by the helper",
}
_LABEL = 6
_HOW = 4
"""The column of a flow that shows how it passes."""

MISSING = "▲ blocked?"


def advice_view(advice: Advice, slots: Slots) -> Group:
    """Return the advice without its choices, which are shown above it."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=_LABEL, style=slots["muted"], no_wrap=True)
    table.add_column(ratio=1)
    clients, servers = endpoints(advice.situation)
    rows: list[tuple[str, RenderableType]] = [
        ("For", Text(f"{clients} → {servers}")),
        *([("", _origins(advice, slots))] if advice.origins else []),
        ("Flows", _flows(advice, slots)),
        *([("", _missing(advice, slots))] if advice.missing else []),
        *([("", _own_firewall(slots))] if advice.may_be_client else []),
        ("", Text()),
        ("Rules", _rules(advice, slots)),
        ("", Text()),
        ("Ways", _ways(advice, slots)),
        ("", Text()),
    ]
    if advice.flush:
        rows += [("Then", Text("\n".join(advice.flush), "bold")), ("", Text())]
    rows += [
        ("" if place else "Beware", Text(caution))
        for place, caution in enumerate(advice.cautions)
    ]
    for label, content in rows:
        table.add_row(Text(label), content)
    return Group(table)


def _origins(advice: Advice, slots: Slots) -> Text:
    """Return how the clients' networks are known; assumptions are marked."""
    shown, more = shown_networks(advice.origins)
    text = Text()
    for one in shown:
        words = f"~ {one.words}\n" if one.is_assumed else f"{one.words}\n"
        text.append(words, slots["transfer-stalled" if one.is_assumed else "muted"])
    if more:
        text.append(f"and {more} more\n", slots["muted"])
    for key, word in (("[-]", " narrower   "), ("[+]", " wider")):
        text.append(key, slots["transfer-active"]).append(word, slots["muted"])
    return text


def _flows(advice: Advice, slots: Slots) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    for column in range(6):
        # Ports are read to be typed: "how it passes" wraps before a port is cut.
        table.add_column(no_wrap=column != _HOW)
    muted = slots["muted"]
    table.add_row("", Text("client", muted), "", Text("server", muted))
    for flow in advice.chosen.plan.flows:
        mark = MISSING if flow.part is advice.missing else ""
        table.add_row(
            Text(flow.part.value),
            Text(span(flow.client_ports, "–")),
            Text("──►" if flow.is_to_server else "◄──", slots["transfer-active"]),
            Text(span(flow.server_ports, "–")),
            Text(_PASSING[flow.passing], muted),
            Text(mark, slots["transfer-failed"]),
        )
    return table


def _missing(advice: Advice, slots: Slots) -> Text:
    part = advice.missing.value if advice.missing else ""
    text = f" the evidence suggests that this is blocked: {part}"
    return Text.assemble((MISSING, slots["transfer-failed"]), (text, slots["muted"]))


def _own_firewall(slots: Slots) -> Text:
    text = " or the client's own firewall: the server cannot tell which"
    return Text.assemble(("[e]", slots["transfer-active"]), (text, slots["muted"]))


def _rules(advice: Advice, slots: Slots) -> Text:
    speech = advice.dialect.speech
    text = Text(overflow="fold")
    for rule in advice.chosen.rules:
        if text:
            text.append("\n")
        missing = f"  {MISSING}" if advice.missing in rule.parts else ""
        text.append(f"{speech.comment} {rule.note}", slots["muted"])
        text.append(missing, slots["transfer-failed"])
        text.append(f"\n{rule.text}", "bold")
    text.append("\n" + " ".join(speech.usage), slots["muted"])
    text.append(f"\n({speech.proof.value})", slots["muted"])
    return text


def _ways(advice: Advice, slots: Slots) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=13, no_wrap=True)
    table.add_column(ratio=1)
    for one in advice.alternatives:
        chosen = one is advice.chosen
        name = Text(
            f"{'▸' if chosen else ' '} {one.way.value}", "bold" if chosen else ""
        )
        words = Text(f"opens {one.plan.opening.words}; needs: {one.plan.needs}")
        if one.obstacle is not None:
            words = Text(f"not possible: {one.obstacle}", slots["muted"])
        table.add_row(name, words)
    return table
