"""Formats the summary of a capture as text, Markdown or JSON."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from tftptui.replay.summary import Outline
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.escapes import markdown
from tftptui.telemetry.findings import Finding, Remedy, how_sure, labelled
from tftptui.telemetry.views import Refusal, TransferView
from tftptui.telemetry.words import counted

MOST_PLATFORMS = 2
"""Firewalls whose commands are in a report for people."""


def as_json(outline: Outline) -> str:
    """Return a summary as one JSON object with a line feed."""
    report = msgspec.structs.asdict(outline)
    fields = msgspec.structs.fields(TransferView)
    report["transfers"] = [
        {field.encode_name: getattr(view, field.name) for field in fields}
        for view in outline.transfers
    ]
    return msgspec.json.encode(report).decode() + "\n"


def as_text(outline: Outline) -> str:
    """Return a summary as text."""
    head = [_headline(outline), *(f"! {trouble}" for trouble in outline.troubles)]
    totals = [_totals(outline.counters)] if outline.counters.requests else []
    end = _end(outline)
    rows = [_cells(view, end) for view in outline.transfers]
    refused = [_refusal(one) for one in outline.refusals]
    found = [line for one in outline.findings for line in _finding(one)]
    blocks = [head, totals, _table(_HEADS, rows), refused, found, outline.asides]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def as_markdown(outline: Outline) -> str:
    """Return a summary as Markdown."""
    blocks = [[f"# {markdown(outline.file)}"], [markdown(_headline(outline))]]
    blocks.append([f"- **{markdown(trouble)}**" for trouble in outline.troubles])
    if outline.transfers:
        rules = ["---"] * len(_HEADS)
        end = _end(outline)
        table = [_cells(one, end) for one in outline.transfers]
        rows = [[markdown(cell) for cell in cells] for cells in table]
        lines = [f"| {' | '.join(row)} |" for row in [list(_HEADS), rules, *rows]]
        blocks += [["## Transfers"], lines]
    if outline.refusals:
        blocks.append(["## Refused"])
        blocks.append([f"- {markdown(_refusal(one))}" for one in outline.refusals])
    if outline.findings:
        blocks.append(["## Findings"])
    for finding in outline.findings:
        blocks.append([f"### {markdown(_labelled(finding))}"])
        blocks.append(list(_listed(_finding(finding)[1:])))
    blocks.append([f"- {markdown(aside)}" for aside in outline.asides])
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _listed(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines as a Markdown list, commands as code blocks."""
    is_typed = False
    for line in [*lines, ""]:
        if line.startswith(_TYPED) != is_typed:
            is_typed = not is_typed
            yield "  ```"
        if line:
            yield f"  {line.strip()}" if is_typed else f"- {markdown(line.strip())}"


_TYPED = " " * 4
"""Indentation of commands in a report."""

_HEADS = (
    "#",
    "client",
    "server",
    "file",
    "outcome",
    "bytes",
    "seconds",
    "resent",
    "duplicates",
    "why",
)


def _end(outline: Outline) -> float:
    """Return the time of the last packet, seconds; 0 for an empty capture."""
    return datetime.fromisoformat(outline.end).timestamp() if outline.end else 0.0


def _cells(view: TransferView, end: float) -> list[str]:
    """Return a row; an active transfer lasts until the END of the capture."""
    seconds = max(0.0, (view.ended or end) - view.started)
    outcome = view.phase if not view.running else "unfinished"
    why = view.error or ("the capture ends first" if view.running else "")
    return [
        str(view.number),
        f"{view.client} {view.client_tid}",
        f"{view.server} {view.server_tid or '–'}",
        view.file if view.direction == "read" else f"{view.file} (upload)",
        outcome,
        f"{view.acked_bytes:,}",
        f"{seconds:.3f}",
        str(view.retransmits),
        str(view.duplicates),
        "; ".join([why, *view.notes] if why else view.notes),
    ]


def _table(heads: Sequence[str], rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if head in _NUMBERS else cell.ljust(width)
            for cell, width, head in zip(row, widths, heads, strict=True)
        ).rstrip()
        for row in (list(heads), *rows)
    ]


_NUMBERS = frozenset({"#", "bytes", "seconds", "resent", "duplicates"})


def _headline(outline: Outline) -> str:
    frames = counted(outline.packets, "packet")
    if outline.begin is None:
        return f"{outline.file}: no packets"
    return f"{outline.file}: {frames} in {outline.seconds:,.3f} s from {outline.begin}"


def _totals(counters: Counters) -> str:
    words = ", ".join(_ended(counters))
    again = counted(counters.retransmits, "packet")
    return (
        f"{counted(counters.requests, 'request')}, {counters.refused:,} refused; "
        f"{counted(counters.started, 'transfer')}{': ' if words else ''}{words}; "
        f"the servers resent {again}"
    )


def _labelled(finding: Finding) -> str:
    return labelled(finding.headline, finding.confidence)


def _finding(finding: Finding) -> list[str]:
    """Return a finding as lines: cause, confidence, fix, test, evidence."""
    numbers = ", ".join(str(number) for number in finding.transfers)
    about = f"; transfers {numbers}" if numbers else ""
    return [
        _labelled(finding),
        f"  {finding.code} ({how_sure(finding.confidence)}){about}",
        *_to_do(finding.remedies),
        *([f"  test it: {finding.proof}"] if finding.proof else []),
        *(f"  evidence: {one.text}" for one in finding.evidence),
    ]


def _to_do(remedies: Sequence[Remedy]) -> Iterator[str]:
    """Yield the fixes: in plain words, and for the first platforms."""
    platforms = list(dict.fromkeys(one.platform for one in remedies if one.platform))
    lines = ["", *platforms[:MOST_PLATFORMS]]
    for remedy in remedies:
        if remedy.platform in lines:
            platform = f"{remedy.platform}: " if remedy.platform else ""
            yield f"  fix: {platform}{remedy.text}"
            yield from (f"{_TYPED}{line}" for line in remedy.command.splitlines())
    if left := platforms[MOST_PLATFORMS:]:
        yield f"  also for {', '.join(left)}: on the screen, or with --format json"


def _ended(counters: Counters) -> Iterator[str]:
    names = ("completed", "unconfirmed", "failed", "abandoned", "probed")
    for name in names:
        count = getattr(counters, name)
        if count:
            yield f"{count:,} {name}"
    if counters.active:
        yield f"{counters.active:,} unfinished"


def _refusal(refusal: Refusal) -> str:
    return (
        f"refused: {refusal.file} for {refusal.client} port {refusal.client_tid}: "
        f"{refusal.message or refusal.reason}"
    )


FORMATS: Mapping[str, Callable[[Outline], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "json": as_json,
}
