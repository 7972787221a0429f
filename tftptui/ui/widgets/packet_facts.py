"""All that is known of one packet, as pairs of a name and a text."""

from tftptui.telemetry.packets import Flag, Kind
from tftptui.ui.formats import clock, count, endpoint
from tftptui.ui.widgets.packet_words import (
    Line,
    client_and_note,
    data_octets,
    kind_word,
    not_kept,
    runs_of_blocks,
    since_text,
)


def packet_facts(line: Line) -> list[list[str]]:
    """Return everything, nothing cut away."""
    record = line.record
    if record.kind == Kind.LOST:
        return [["missing", not_kept(record.block)]]
    client, note = client_and_note(line)
    direction = "sent" if line.is_sent else "received"
    rows = [
        ["packet", f"{kind_word(record)}, {direction} at {clock(record.time)}"],
        ["client", endpoint(client, record.client_tid) if client else ""],
        ["ours", f"port {record.server_tid}"],
        ["file", line.transfer.file if line.transfer else ""],
        *runs_of_blocks(line),
        ["octets", _octets(line)],
        ["says", note],
        ["again", _again(line)],
    ]
    return [row for row in rows if row[1]]


def _octets(line: Line) -> str:
    octets = data_octets(line)
    if octets is None:
        return ""
    last = ", the last block" if line.record.flags & Flag.LAST else ""
    return f"{count(octets)}{last}"


def _again(line: Line) -> str:
    if line.is_again:
        since = since_text(line.since)
        after = f", {since} after the first" if since else ""
        return f"attempt {line.record.attempt}{after}"
    if line.record.flags & Flag.DUPLICATE:
        return "received before; a duplicate ACK is never answered (RFC 1123)"
    return ""
