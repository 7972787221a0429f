"""Texts of the transfer screen: above the ladder, on its arrows, and next to it."""

from tftptui.engine.messages import PortMap, TransferView
from tftptui.telemetry.journal import journal_line
from tftptui.telemetry.records.ring import Flag, Kind
from tftptui.telemetry.transfer_events import ended_event
from tftptui.ui.formats import count
from tftptui.ui.ladder.items import Fold, Pause
from tftptui.ui.panes.packets.words import Line, data_bytes, kind_word, run_text
from tftptui.ui.panes.transfers.words import blocks, kind_words, leased_from, mean_rate

_BLOCKS = (Kind.DATA, Kind.DATA_RECEIVED, Kind.ACK, Kind.ACK_SENT)


def label_forms(line: Line, note: str) -> list[str]:
    """Return the label of an arrow, the longest form first."""
    kind = kind_word(line.record)
    # Strays and ICMP errors have their mark at the start of the arrow.
    is_beside = line.record.kind in (Kind.STRAY, Kind.ICMP)
    again = f" · {line.mark}" if line.mark and not is_beside else ""
    if line.record.kind not in _BLOCKS:
        name = f"{kind} {note.partition(' ')[0]} …{again}"
        return [f"{kind} {note}{again}", name, f"{kind}{again}", kind]
    size = data_bytes(line)
    size_text = f" · {count(size)} bytes" if size is not None else ""
    last = ", the last" if line.record.flags & Flag.LAST else ""
    run = f"{kind} {run_text(line)}"
    extra = f" · {note}" if note else ""
    return [
        f"{run}{size_text}{last}{extra}{again}",
        f"{run}{size_text}{last}{again}",
        f"{run}{last}{again}",
        f"{run}{again}",
    ]


def reading_text(share: float) -> str:
    """Return the progress of searching the records."""
    return f"searching packets: {share * 100:.0f} %"


def pause_text(pause: Pause) -> str:
    """Return the length of a pause."""
    length = length_text(pause.seconds)
    return f"no reply for {length}" if pause.unheard else length


def fold_text(fold: Fold) -> str:
    """Return the text of a fold: ``▸ blocks 17–4,400 … ACK 4,400  ×274  3.1 s``."""
    sign = "▾" if fold.is_open else "▸"
    blocks = f"blocks {count(fold.first)}–{count(fold.last)}"
    if fold.first == fold.last:
        blocks = f"block {count(fold.first)}"
    length = length_text(fold.seconds)
    return f"{sign} {blocks} … ACK {count(fold.last)}  ×{count(fold.acks)}  {length}"


def length_text(seconds: float) -> str:
    """Return a duration: ``12 ms``, ``1.0 s``, ``75 s``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"  # noqa: PLR2004 - as exact


def client_choices(view: TransferView, *, may_be_nats: bool) -> list[str]:
    """Return who chose the client's port, in full and in shorter forms.

    MAY_BE_NATS is whether a NAT on the path may have replaced it.
    """
    is_known = view.kind and kind_words(view) == view.kind
    own = f"{view.kind}'s own choice" if is_known else "the client's own choice"
    if not may_be_nats:
        return [own]
    short = (own, "its own choice", "its")
    return [f"{own}, or a NAT's on the path", *(f"{one}, or a NAT's" for one in short)]


def server_choice(view: TransferView, ports: PortMap | None) -> str:
    """Return who chose the server's port, and how."""
    if not view.server_tid:
        return "no reply yet"
    if view.single_port:
        return "the request port (single-port mode)"
    if ports is None:  # a capture, perhaps of another server
        return "the server's own choice"
    range_, order = leased_from(view, ports)
    how = {"random": "random ", "sequential": "the next free "}.get(order, "")
    return f"ours, {how}from {range_}"


def agreement_rows(view: TransferView) -> list[tuple[str, str, str]]:
    """Return each option: its name, the requested and the agreed value."""
    agreed = {name.lower(): value for name, value in view.agreed}
    nothing = "not granted" if view.server_tid else "–"
    rows = [
        (name, value, agreed.pop(name.lower(), nothing)) for name, value in view.asked
    ]
    rows += [(name, "–", value) for name, value in agreed.items()]
    names = {name.lower() for name, _, _ in rows}
    if "blksize" not in names:
        rows.append(("blksize", "–", str(view.block_size)))
    return rows


def counters(view: TransferView) -> list[tuple[str, str]]:
    """Return counters with their names."""
    trip = view.round_trip
    stands = "received" if view.direction == "write" else "acknowledged"
    lost = [
        (f"lost to the {end}", count(number))
        for end, number in (
            ("client", view.lost_to_client),
            ("server", view.lost_to_server),
        )
        if number
    ]
    rows = [
        ("blocks", f"{blocks(view)} of {view.block_size} bytes, window {view.window}"),
        ("bytes", f"{count(view.acked_bytes)} {stands}"),
        ("resent", count(view.retransmits)),
        ("duplicates", count(view.duplicates)),
        *lost,
        ("wrong TID", count(view.strays)),
        ("round trip", _trip_text(trip)),
    ]
    if view.ended is not None:
        rows.append(("took", length_text(max(0.0, view.ended - view.started))))
    if mean := mean_rate(view):
        rows.append(("mean rate", mean))
    return rows


def _trip_text(seconds: float | None) -> str:
    if not seconds:
        return "–"
    text = f"{seconds * 1000:.1f}"
    return "under 0.1 ms" if text == "0.0" else f"{text} ms"


def end_line(view: TransferView) -> str:
    """Return the journal line of its end, or "" while it runs."""
    if view.running or view.ended is None:
        return ""
    return journal_line(ended_event(view)).decode().rstrip()
