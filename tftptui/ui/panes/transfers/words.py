"""A transfer in words and marks, for the list, the detail and the details screen."""

from collections import Counter
from dataclasses import dataclass

from rich.cells import cell_len

from tftptui.engine.messages import Finding, HashView, PortMap, TransferView
from tftptui.findings.codes import Code
from tftptui.telemetry.findings import Place, labelled
from tftptui.telemetry.words import port_word
from tftptui.ui.formats import age, count, duration, endpoint, moment, rate, span
from tftptui.ui.panes.files.hashes import verdict
from tftptui.ui.panes.transfers.model import AlarmRow, AnyRow, ClientRow, Row
from tftptui.ui.store import Store

NEVER_ANSWERED = "the client never replied"
"""The server's text about a client that it gave up without a single reply."""

CHANGED = "the file changed on disk since this transfer started"

STORED = "Upload complete: the file is stored."

SURE = 0.75
"""Minimum certainty of a kind of client for no question mark."""

BAR = 8
"""Cells of a progress bar."""

_EIGHTHS = " ▏▎▍▌▋▊▉"
_SHOW_QUIET = 1.0

MARKS = {
    "completed": "●",
    "unconfirmed": "◐",
    "failed": "✗",
    "abandoned": "∅",
    "aborted": "⊘",
    "probed": "○",
    "stalled": "⚠",
}
REFUSED = "⊗"
"""The mark of a request that was refused."""

SLOTS = {
    "completed": "transfer-completed",
    "unconfirmed": "transfer-unconfirmed",
    "failed": "transfer-failed",
    "abandoned": "transfer-failed",
    "aborted": "transfer-failed",
    "probed": "muted",
    "stalled": "transfer-stalled",
}
_ENDINGS = {
    "completed": "done",
    "unconfirmed": "unconfirmed",
    "failed": "failed",
    "abandoned": "gave up",
    "aborted": "aborted",
    "probed": "size probe",
}
_MEANINGS = {
    "negotiating": "Waiting for the client's first ACK.",
    "sending": "Running.",
    "stalled": "No progress for a while; packets without a reply are resent.",
    "completed": "The last block was acknowledged.",
    "unconfirmed": "Everything was sent, but no ACK came for the last block.",
    "failed": "It ended with an error.",
    "abandoned": "The client stopped replying; the server gave up.",
    "aborted": "You aborted it.",
    "probed": "The client requested only the size, as boot firmware does.",
}


def mark(view: TransferView) -> str:
    """Return the one-character mark of its state."""
    return MARKS.get(view.phase) or ("↓" if view.direction == "write" else "↑")


def slot(view: TransferView) -> str:
    """Return the style slot of its state."""
    return SLOTS.get(view.phase, "transfer-active")


def bar(part: float) -> str:
    """Return a bar of BAR cells, filled to PART of 0 to 1, in eighths of a cell."""
    eighths = int(max(0.0, min(1.0, part)) * BAR * 8)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(BAR)


def progress(view: TransferView) -> float | None:
    """Return the acknowledged share, 0 to 1; None if the size is not known."""
    if view.total_size is None:
        return None
    if view.total_size == 0:
        return 0.0 if view.running else 1.0
    return min(1.0, view.acked_bytes / view.total_size)


def blocks(view: TransferView) -> str:
    """Return ``4,410/5,300``, or only the first number if the size is not known."""
    if view.total_size is None:
        return count(view.acked_blocks)
    # RFC 1350 §6: the last block is shorter than a full one, possibly empty.
    last = view.total_size // view.block_size + 1
    return f"{count(view.acked_blocks)}/{count(last)}"


def options(view: TransferView) -> str:
    """Return the agreed options, and the requested ones where they differ."""
    requested = {name.lower(): value for name, value in view.asked}
    agreed = {name.lower(): value for name, value in view.agreed}
    words = [_changed(requested.get("blksize"), agreed.get("blksize"), view.block_size)]
    if view.window > 1 or "windowsize" in agreed:
        window = _changed(
            requested.get("windowsize"), agreed.get("windowsize"), view.window
        )
        words.append(f"w{window}")
    if "timeout" in agreed:
        words.append(f"t{agreed['timeout']}")
    if "tsize" in agreed:
        words.append("tsize")
    if view.mode != "octet":
        words.append(view.mode)
    return " ".join(words)


def _changed(requested: str | None, agreed: str | None, used: int) -> str:
    if requested is None or agreed is None or requested == agreed:
        return agreed or str(used)
    return f"{requested}→{agreed}"


def ending_word(view: TransferView) -> str:
    """Return how it ended, in a word or two."""
    if view.phase == "abandoned" and not view.heard:
        return "retried" if view.superseded else "no reply"
    if view.direction == "write":
        return f"↓ {_ENDINGS.get(view.phase, view.phase)}"
    return _ENDINGS.get(view.phase, view.phase)


def ending(view: TransferView, now: float, tries: int = 1) -> list[str]:
    """Return the result, how long ago, and the effort: ``done 12 s ago``.

    The forms get shorter. All forms of a completed transfer keep the number of resent
    packets, as its mark shows the result; all forms of others keep the result. TRIES
    are named if there were several.
    """
    ended = view.ended if view.ended is not None else view.moved
    word, agos = ending_word(view), _agos(now - ended)
    forms = [*(f"{word} {one}" for one in agos), word]
    if tries > 1:
        return [*(f"{form}, {tries} tries" for form in forms), f"{tries} tries", word]
    if not view.retransmits:
        return forms
    again = f"{view.retransmits} resent"
    short = [again] if view.phase == "completed" else forms
    return [*(f"{form}, {again}" for form in forms), *short]


def _agos(seconds: float) -> list[str]:
    """Return how long ago, in forms that get shorter."""
    ago = age(seconds)
    # "no reply now" would suggest that the server is waiting.
    return ["just now"] if ago == "now" else [ago, ago.removesuffix(" ago")]


def refusal(row: Row, now: float) -> list[str]:
    """Return when and why requests were refused, the longest form first."""
    times = f" ×{row.times}" if row.times > 1 else ""
    agos = _agos(now - row.view.started)
    return [
        *(f"refused{times} {one}: {row.view.error}" for one in agos),
        *(f"refused{times} {one}" for one in agos),
        f"refused{times}",
    ]


def client_words(row: ClientRow, store: Store) -> str:
    """Return a client in a line: address, programs, requests or tries, and states."""
    who = (row.newest.view.client, _client_kind(row), _client_state(row, store))
    return " · ".join(part for part in who if part)


def _client_kind(row: ClientRow) -> str:
    """Return its programs, the latest first; of more than two, how many others."""
    kinds = (kind_words(one.view) for one in (row.newest, *row.rows))
    by_name = {one.rstrip("?"): one for one in kinds if one}
    first, *others = list(by_name.values()) or [""]
    if len(others) > 1:
        return f"{first} and {len(others)} others"
    return ", ".join([first, *others])


def _client_state(row: ClientRow, store: Store) -> str:
    """Return the number of requests or tries, and of each result."""
    tries = sum(one.times for one in row.rows)
    files = {one.view.file for one in row.rows}
    of_files = f"{tries} requests for {len(files)} files" if len(files) > 1 else ""
    what = of_files or (f"{tries} tries" if tries > 1 else "1 try")
    states = Counter(_state_word(one, store) for one in row.rows)
    if len(states) == 1:
        return f"{what}, {next(iter(states))}{_reason(row.worst)}"
    counts = ", ".join(f"{number} {state}" for state, number in states.most_common())
    return f"{what}: {counts}{_reason(row.worst)}"


def _state_word(row: Row, store: Store) -> str:
    """Return the state of a row in a word."""
    view, finding = row.view, store.finding_of(row.view.number)
    if row.is_refused:
        return "refused"
    if finding is not None and finding.is_alarm and finding.code in _BLOCKED:
        return "blocked"
    return view.phase if view.running else ending_word(view)


def _reason(row: Row) -> str:
    return f": {row.view.error}" if row.is_refused else ""


def plain(row: AnyRow, store: Store) -> str:
    """Return a row as text for the clipboard, unshortened."""
    if isinstance(row, ClientRow):
        lines = [client_words(row, store), *(plain(one, store) for one in row.rows)]
        return "\n  ".join(lines)
    if isinstance(row, AlarmRow):
        finding = store.finding_of(row.number)
        return "" if finding is None else f"  {finding.of(row.number)}"
    view = row.view
    size = "" if view.total_size is None else f" of {count(view.total_size)}"
    began = moment(view.started, 0, precise=True)
    parts = [
        began,
        endpoint(view.client, view.client_tid),
        "refused" if row.is_refused else f"⇄ {endpoint(view.server, view.server_tid)}",
        f"{'WRQ' if view.direction == 'write' else 'RRQ'} {view.file}",
        kind_words(view),
        "" if row.is_refused else ending_word(view),
        "" if row.is_refused else f"{count(view.acked_bytes)}{size} bytes",
        f"{row.times} tries" if row.times > 1 else "",
        f"{count(view.retransmits)} resent" if view.retransmits else "",
        " ".join(agreement(view)),
        view.error,
    ]
    return " · ".join(part for part in parts if part)


def row_story(row: AnyRow, store: Store, now: float) -> tuple[str, str]:
    """Return title and text of the detail for a row that is not a transfer."""
    if isinstance(row, ClientRow):
        files = dict.fromkeys(one.view.file for one in row.rows)
        who = (row.newest.view.client, _client_kind(row))
        title = " · ".join(part for part in who if part)
        return (
            title,
            f"{_capital(_client_state(row, store))}. Files: {', '.join(files)}.",
        )
    if isinstance(row, AlarmRow):
        return "", plain(row, store).strip()
    view = row.view
    title = f"{endpoint(view.client, view.client_tid)} · {view.file}"
    times = f" {count(row.times)} times, the last" if row.times > 1 else ""
    what = "Upload" if view.direction == "write" else "Request"
    ago = _agos(now - view.started)[0]
    return title, f"{what} refused{times} {ago}: {view.error}. There is no transfer."


_BLOCKED = frozenset(
    {
        *(Code.ANSWERS_BLOCKED, Code.CLIENT_PORT_BLOCKED, Code.ACKS_BLOCKED),
        *(Code.SERVER_OUTPUT_BLOCKED, Code.CLIENT_FIREWALL_REFUSES),
        *(Code.RANGE_MISMATCH, Code.NAT_WITHOUT_HELPER, Code.PATH_CUT),
    }
)
"""Findings about packets that do not arrive."""


def mean_rate(view: TransferView) -> str:
    """Return the mean rate of a completed transfer in bytes/s, or ""."""
    if view.phase != "completed" or view.ended is None or not view.acked_bytes:
        return ""
    seconds = view.ended - view.started
    return rate(view.acked_bytes / seconds) if seconds > 0 else ""


def short_host(host: str, width: int) -> str:
    """Return HOST in WIDTH cells: an IPv6 address is shortened to its last groups."""
    if len(host) <= width:
        return host
    end = host[len(host) - width + 1 :]
    return "…" + end[max(0, end.find(":")) :]


def kind_words(view: TransferView) -> str:
    """Return the kind of client, marked if it is a guess; "" if not known."""
    is_guess = 0 < view.kind_sure < SURE and " or " not in view.kind
    return f"{view.kind}?" if is_guess else view.kind


def short_kind(kind: str, width: int) -> str:
    """Return a kind of client in WIDTH cells, without its last words if necessary."""
    if len(kind) > width:
        kind = kind.replace(" or ", "/")
    while len(kind) > width and " " in kind:
        kind = kind.rpartition(" ")[0]
    return kind


@dataclass(frozen=True, slots=True)
class Pace:
    """The speed of a transfer.

    Attributes:
        rate, eta: texts for the columns.
        quiet: for a stalled transfer, the idle time instead.
    """

    rate: str = ""
    eta: str = ""
    quiet: str = ""


def pace(view: TransferView, per_second: float | None, now: float) -> Pace:
    """Return the texts about a running transfer's speed."""
    still = now - view.moved
    if view.phase == "stalled":
        return Pace(rate="–", quiet=f"idle {duration(still)}")
    if view.phase == "negotiating" or per_second is None:
        return Pace(rate="–")
    left = None if view.total_size is None else view.total_size - view.acked_bytes
    # No estimate while nothing moves.
    sure = left is not None and per_second > 0 and still < _SHOW_QUIET
    eta = f"~{duration((left or 0) / per_second)}" if sure else ""
    return Pace(rate=rate(per_second), eta=eta)


def ports_in_words(
    view: TransferView, ports: PortMap | None, *, may_be_nats: bool = False
) -> str:
    """Return who chose which port; MAY_BE_NATS: a NAT may have chosen the client's."""
    ours = f"{view.server_tid} is ours"
    if not view.server_tid:
        ours = "no reply yet, so the server's port is unknown"
    elif view.single_port:
        ours = f"{view.server_tid} is the request port (single-port mode)"
    elif ports is not None:
        ours += f", from {leased_from(view, ports)[0]}"
    else:  # a capture, perhaps of another server
        ours = f"{view.server_tid} is the server's"
    theirs = "the client's own choice" + (", or a NAT's" if may_be_nats else "")
    return f"Port {view.client_tid} is {theirs}; {ours}."


def leased_from(view: TransferView, ports: PortMap) -> tuple[str, str]:
    """Return the range that the server's port was chosen from, and the order.

    A server of an older version reports only PORTS, the current range.
    """
    if view.leased_from is not None:
        first, last, order = view.leased_from
        return span(first, last), order
    now = span(ports.first, ports.last)
    if ports.first <= view.server_tid <= ports.last:
        return now, ports.order
    return f"a range before {now}", ""


def agreement(view: TransferView) -> list[str]:
    """Return one text per option: ``blksize 1468 → 1428``, ``tsize not granted``."""
    agreed = {name.lower(): value for name, value in view.agreed}
    parts = []
    for name, wanted in view.asked:
        given = agreed.get(name.lower())
        if not view.server_tid:  # a capture without a reply
            parts.append(f"{name} {wanted}")
        elif given is None:
            parts.append(f"{name} {wanted} not granted")
        else:
            parts.append(
                f"{name} {wanted}" + (f" → {given}" if given != wanted else "")
            )
    return parts


def meaning(view: TransferView) -> str:
    """Return a sentence on its state, and the cause as far as known.

    For a client that was silent after its request, both ports are named: firewalls
    usually block the client's.
    """
    if view.phase == "negotiating" and not view.server_tid:
        return "This capture has no reply to it."
    if view.phase == "completed" and view.direction == "write":
        return STORED
    silent = view.phase == "stalled" and not view.error
    gave_up = view.phase == "abandoned" and view.error == NEVER_ANSWERED
    if view.moved > view.started or not (silent or gave_up):
        return f"{_capital(view.error)}." if view.error else _MEANINGS[view.phase]
    again = f", which sent {view.duplicates + 1} requests" if view.duplicates else ""
    verb = "are" if view.running else "were"
    return (
        f"No reply from the client{again}: packets to its port {view.client_tid} "
        f"{verb} lost on the path, or its ACKs to port {view.server_tid} {verb}, or it "
        "quit."
    )


def story(
    view: TransferView,
    ports: PortMap | None,
    finding: Finding | None = None,
    hashed: HashView | None = None,
    *,
    version: str = "",
    may_be_nats: bool = False,
) -> str:
    """Return the text of the detail about the selected transfer.

    HASHED is the hash of the VERSION that it reads; MAY_BE_NATS is whether a NAT may
    have chosen the client's port.
    """
    parts = agreement(view)
    options_text = (
        "Options: " + ", ".join(parts) + "." if parts else "No options requested."
    )
    sentences = [
        meaning(view) if finding is None else f"{_finding_text(finding, view)}.",
        verdict(hashed),
        f"{_capital(view.story)}." if view.story else "",
        ports_in_words(view, ports, may_be_nats=may_be_nats),
        options_text,
        *(f"{_capital(note)}." for note in view.notes),
        *([f"{_capital(CHANGED)}."] if view.changed else []),
        counts_in_words(view),
        f"{_capital(version)}." if version else "",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def counts_in_words(view: TransferView) -> str:
    """Return the numbers of errors on the path."""
    plural = "" if view.retransmits == 1 else "s"
    counts = [
        f"{count(number)} {word}"
        for number, word in (
            (view.retransmits, f"packet{plural} resent"),
            (view.duplicates, f"duplicate{'s' * (view.duplicates > 1)} received"),
            (view.strays, "from a wrong TID"),
        )
        if number
    ]
    return ", ".join(counts) + "." if counts else ""


def _finding_text(finding: Finding, view: TransferView) -> str:
    """Return a finding's text about a transfer; a leading file name keeps its case."""
    text = labelled(finding.of(view.number), finding.confidence)
    names = tuple(name for name in (view.file, *finding.files) if name)
    is_name = text.startswith(names)
    return text.rstrip(".") if is_name else _capital(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")


_BRIEF: dict[str, str] = {
    Code.ACKS_BLOCKED: "ACKs of {client} are lost on the path to us",
    Code.ANSWERS_BLOCKED: "Dropped {where} {client}, {ports}",
    Code.CLIENT_PORT_BLOCKED: "Dropped {where} {client}, {ports}",
    Code.NAT_WITHOUT_HELPER: "NAT drops our replies to {client}",
}
"""Short forms of long headlines, by code."""

_WHERE: dict[Place, str] = {
    "between-or-client": "before or at",
    "client-segment": "at (or just before)",
}
"""The place, unless it is on the path."""


def alarm_in_cells(
    finding: Finding, store: Store, width: int, transfer: int = 0
) -> str:
    """Return the headline if it fits WIDTH cells, else its short form if there is one.

    TRANSFER selects that transfer's own headline, 0 the headline for all.
    """
    headline = labelled(finding.of(transfer), finding.confidence)
    brief = _BRIEF.get(finding.code)
    if brief is None or cell_len(headline) <= width:
        return headline
    known = (store.transfers.get(number) for number in finding.transfers)
    tids = {view.client_tid for view in known if view is not None}
    ports = port_word(tids) if tids else "its ports"
    others = len(finding.clients) - 1
    who = f"{finding.client} and {others:,} more" if others > 0 else finding.client
    where = _WHERE.get(finding.stands_at, "on the path to")
    text = brief.format(client=who, ports=ports, where=where)
    return labelled(text, finding.confidence)
