"""Events of a transfer, created from its view."""

from typing import TypedDict

from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.journal import stamp
from tftptui.telemetry.views import TransferView


class Keys(TypedDict):
    """The fields of every transfer event; see events.TransferEvent."""

    transfer: int
    client: str
    client_tid: int
    server: str
    server_tid: int
    file: str
    direction: str


def keys_of(view: TransferView) -> Keys:
    """Return the fields of every transfer event."""
    return {
        "transfer": view.number,
        "client": view.client,
        "client_tid": view.client_tid,
        "server": view.server,
        "server_tid": view.server_tid,
        "file": view.file,
        "direction": view.direction,
    }


def ended_event(view: TransferView, outcome: str | None = None) -> TransferEnded:
    """Return the event for a finished transfer; OUTCOME defaults to its phase."""
    ended = view.moved if view.ended is None else view.ended
    return TransferEnded(
        time=ended,
        **keys_of(view),
        outcome=outcome or view.phase,
        octets=view.acked_bytes,
        blocks=view.sent_blocks,
        acked_blocks=view.acked_blocks,
        retransmits=view.retransmits,
        duplicates=view.duplicates,
        strays=view.strays,
        seconds=round(ended - view.started, 6),
        error=view.error or None,
        heard=view.has_answered,
        modified=modified_of(view),
    )


def modified_of(view: TransferView) -> str | None:
    """Return the modification time of the file read or written, as RFC 3339."""
    if view.version is None:
        return None
    return stamp(view.version.modified_ns // 1_000)
