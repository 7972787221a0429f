"""A probe as text: a grid of ports, one of sizes, and the conclusions."""

from collections.abc import Iterator, Sequence
from shlex import quote
from textwrap import wrap

from tftptui.findings.draft import Draft
from tftptui.findings.labels import KNOBS, SEEN_BY_CLIENT, VERDICTS
from tftptui.findings.probing.target import Target, options_of, options_word
from tftptui.telemetry.findings import how_sure
from tftptui.telemetry.probe_trials import Trial

_MARKS = {
    "ok": "●",
    "silent": "∅",
    "refused": "!",
    "error": "✗",
    "options": "✗",
    "stalled": "◐",
    "cut": "◐",
    "elsewhere": "?",
    "no-port": "–",
}
_WORDS = {
    "ok": "reply",
    "silent": "no reply",
    "refused": "refused",
    "error": "ERROR",
    "options": "options refused",
    "stalled": "no block",
    "cut": "stopped",
    "elsewhere": "other address",
    "no-port": "not tried",
}
_WIDTH = 78
_HEAD = f"  {'our port':>8}  {'outcome':<16} {'from':>5}  {'bytes':>8}  {'time':>8}"


def report_text(
    target: Target,
    by_port: Sequence[Trial],
    others: tuple[Sequence[Trial], Sequence[Trial]],
    drafts: Sequence[Draft],
) -> str:
    """Return the whole report, with a newline at its end.

    OTHERS are the trials by size and by options.
    """
    by_size, by_options = others
    lines = [f"{target.file} from {target.server}, UDP port {target.port}", "", _HEAD]
    lines += [_row(trial, str(trial.port)) for trial in by_port]
    if by_size:
        lines += ["", f"by block size, from port {by_size[0].port}:"]
        lines += [_row(trial, _size(trial)) for trial in by_size]
    if by_options:
        lines += ["", f"by options, from {_own_port(by_options[0])}:"]
        width = max(len(options_word(trial)) for trial in by_options)
        lines += [
            _row(trial, options_word(trial).rjust(width), _granted(trial))
            for trial in by_options
        ]
    lines.append("")
    if not drafts:
        lines.append("Every request got a reply: nothing is blocked.")
    for draft in drafts:
        lines += [*_draft(draft), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(trial: Trial, name: str, note: str = "") -> str:
    outcome = f"{_MARKS[trial.outcome]} {_WORDS[trial.outcome]}"
    tid = "–" if trial.server_tid is None else str(trial.server_tid)
    row = (
        f"  {name:>8}  {outcome:<16} {tid:>5}  {trial.nbytes:>8,}"
        f"  {trial.seconds:>6.2f} s"
    )
    words = trial.detail or note
    return f"{row}  {words}" if words else row


def _own_port(trial: Trial) -> str:
    return f"port {trial.port}" if trial.port else "any port"


def _granted(trial: Trial) -> str:
    """Return the agreed options, if they differ from the requested ones."""
    if trial.outcome not in ("ok", "stalled", "cut"):
        return ""
    requested, agreed = options_of(trial), options_of(trial, agreed=True)
    parts = [
        f"no {name}" if name not in agreed else f"{name} {agreed[name]}"
        for name, value in requested.items()
        if name != "tsize" and agreed.get(name) != value
    ]
    return f"granted: {', '.join(parts)}" if parts else ""


def _size(trial: Trial) -> str:
    requested = options_of(trial).get("blksize", "")
    granted = trial.block_size
    return requested if granted in (None, int(requested)) else f"{requested}→{granted}"


def _draft(draft: Draft) -> Iterator[str]:
    sure = how_sure(draft.confidence)
    mark = "⚠" if draft.is_alarm else "·"
    yield from _wrapped(f"{mark} ", f"{draft.headline} ({sure}; {draft.code})")
    for evidence in draft.evidence:
        yield from _wrapped("  evidence  ", evidence.text)
    yield from _wrapped("  where     ", SEEN_BY_CLIENT[draft.stands_at])
    for help_ in draft.helps:
        line = f"{KNOBS[help_.knob]}: {VERDICTS[help_.verdict]} – {help_.why}"
        yield from _wrapped("  helps?    ", line)
    for remedy in draft.remedies:
        yield from _wrapped("  fix       ", remedy.text)
        if remedy.command:
            yield f"            $ {remedy.command}"
    if draft.proof:
        yield f"  test      $ {draft.proof}"


def _wrapped(label: str, text: str) -> list[str]:
    return wrap(
        text,
        _WIDTH,
        initial_indent=label,
        subsequent_indent=" " * len(label),
        break_on_hyphens=False,
    )


def equivalents(target: Target, wanted: Sequence[int]) -> str:
    """Return a shell script that does the same without tftptui."""
    ports_, name = " ".join(str(port) for port in wanted), quote(target.file)
    at = f"{target.server} {target.port}"
    lines = [
        f"ports='{ports_}'",
        "# curl chooses its port:",
        "for p in $ports; do",
        f"  curl -s -m 10 --local-port $p {target.place} -o /dev/null &&",
        "  echo $p reply || echo $p no reply",
        "done",
        "# tftp-hpa chooses its port too:",
        "for p in $ports; do",
        f"  timeout 10 tftp -m binary -R $p:$p {target.server} {target.port} \\",
        f"  -c get {name} /dev/null && echo $p reply || echo $p no reply",
        "done",
        "# without options, and in blocks of several sizes:",
        "for o in --tftp-no-options '--tftp-blksize 512' '--tftp-blksize 1468'; do",
        f"  curl -s -m 10 $o {target.place} -o /dev/null &&",
        "  echo $o reply || echo $o no reply",
        "done",
        "# atftp and busybox can't choose their port; they show whether any works, and",
        "# with which options:",
        f"atftp --get -r {name} -l /dev/null {at}",
        f"atftp --option 'blksize 1428' --get -r {name} -l /dev/null {at}",
        f"atftp --option 'windowsize 8' --get -r {name} -l /dev/null {at}",
        f"busybox tftp -g -r {name} -l /dev/null {at}",
        f"busybox tftp -b 1428 -g -r {name} -l /dev/null {at}",
    ]
    return "\n".join(lines) + "\n"
