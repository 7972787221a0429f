"""The results of doctor as text and as JSON."""

from textwrap import wrap

import msgspec

from tftptui.doctor.result import Mark, Result, exit_status
from tftptui.telemetry.words import counted

_WIDTH = 78
_TOPIC = 11


def report_text(results: list[Result]) -> str:
    """Return a line or more for each result, with the commands to type below it."""
    lines: list[str] = []
    for result in results:
        head = f"{result.mark.value:<5} {result.topic:<{_TOPIC}} "
        lines += wrap(
            result.text,
            _WIDTH,
            initial_indent=head,
            subsequent_indent=" " * len(head),
            break_on_hyphens=False,
        )
        lines += [f"{' ' * len(head)}$ {command}" for command in result.commands]
    lines += ["", _summary(results)]
    return "\n".join(lines) + "\n"


def _summary(results: list[Result]) -> str:
    counts = {m: sum(r.mark is m for r in results) for m in Mark}
    warnings = counted(counts[Mark.WARN], "warning")
    if counts[Mark.BAD]:
        return f"{counts[Mark.BAD]} bad, {warnings}"
    if counts[Mark.WARN]:
        return warnings
    return "all good"


def report_json(results: list[Result], **more: object) -> str:
    """Return one JSON object: ``status`` (the exit status), ``results``, and MORE."""
    report: dict[str, object] = {
        "status": exit_status(results),
        "results": [
            {
                "topic": result.topic,
                "mark": result.mark.value,
                "text": result.text,
                "commands": list(result.commands),
            }
            for result in results
        ],
        **more,
    }
    return msgspec.json.encode(report).decode() + "\n"
