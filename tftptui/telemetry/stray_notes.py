"""Notes of stray datagrams, which name the stranger.

A datagram from a wrong endpoint is recorded with the transfer whose port it was sent to
(RFC 1350 §4), and so is the ERROR in reply. The record has the transfer's ports; the
note has the stranger's.
"""

from ipaddress import ip_address

from tftptui.telemetry.records.ring import NO_TRANSFER, Kind, PacketRecord

SAID = "unknown transfer ID"
"""Text of the reply, with ERROR 5."""

ANSWER = f"5 {SAID}"
"""Start of the reply's note."""

_TO, _FROM, _NOT_OURS = ", to ", "from ", "not our client"
_PORTS = 65_536


def stray_note(stranger: str) -> str:
    """Return the note for a datagram of STRANGER, an ``address:port``."""
    return f"{_FROM}{stranger}, {_NOT_OURS}"


def answer_note(stranger: str) -> str:
    """Return the note for the ERROR in reply."""
    return f"{ANSWER}{_TO}{stranger}"


def stranger_of(record: PacketRecord, note: str) -> tuple[str, int] | None:
    """Return address and port of the stranger that a record is about, or None.

    Texts from peers are never parsed: they may contain anything.
    """
    if record.transfer == NO_TRANSFER:
        return None
    if record.kind == Kind.STRAY and note.startswith(_FROM):
        return _endpoint(note.removeprefix(_FROM).partition(",")[0])
    if record.kind == Kind.ERROR and note.startswith(ANSWER + _TO):
        return _endpoint(note.removeprefix(ANSWER + _TO))
    return None


def without_stranger(record: PacketRecord, note: str) -> str:
    """Return the note without the stranger."""
    if stranger_of(record, note) is None:
        return note
    if record.kind == Kind.STRAY:
        return note.partition(", ")[2]
    return ANSWER


def _endpoint(text: str) -> tuple[str, int] | None:
    host, _, port = text.rpartition(":")
    host = host.strip("[]")
    try:
        ip_address(host)
    except ValueError:
        return None
    return (host, int(port)) if port.isdigit() and int(port) < _PORTS else None
