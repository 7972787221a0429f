"""Recognizes client programs, for the server, which does not import knowledge/."""

from tftptui.knowledge.signatures import recognize, unknown_kind
from tftptui.protocol.packets import Request
from tftptui.server.recorder import option_texts
from tftptui.settings import Settings, SettingsError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Signature


def recognize_request(request: Request, client_tid: int) -> Signature | None:
    """Return the program that sent a request, or None."""
    client = recognize(
        option_texts(request.options), client_tid, visible(request.filename)
    )
    return Signature(client.kind, client.sure) if client else None


def require_known_clients(settings: Settings) -> None:
    """Check that options are refused to known programs only.

    Raises:
        SettingsError: a program is unknown.
    """
    trouble = unknown_kind(settings.refuse)
    if trouble:
        raise SettingsError(trouble)
