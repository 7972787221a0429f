"""Tracks which server port a client accepts, if several reply to its request.

Many servers start a process for each request, even a repeated one, and each replies
from its own port. The client uses the port of the first reply that it gets (RFC 1350
§4); to others it sends ERROR 5, or nothing.
"""

from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import port_word

_MOST = 64
"""Maximum ports remembered; servers may choose new ones forever."""


class Answerers:
    """Tracks replies; call asked() for each request, answered() for each reply.

    Args:
        view: of the transfer; its ports are updated.
    """

    def __init__(self, view: TransferView) -> None:
        self._view = view
        self._ports: dict[int, None] = {}
        self._later: set[int] = set()
        self._earlier: frozenset[int] = frozenset()
        self._is_repeated = False
        self._note = ""

    def follow(self, before: "Answerers") -> None:
        """Record an earlier transfer from the same client port."""
        self._earlier = frozenset(before._ports)  # noqa: SLF001 - of its own kind

    def is_due(self, port: int, requests: int) -> bool:
        """Return whether a port may reply to one of REQUESTS, not to an earlier one."""
        is_new = port not in self._ports
        return not is_new or (port not in self._earlier and len(self._ports) < requests)

    def asked(self) -> None:
        """Record a request, the first or a repeat."""
        self._is_repeated = self._view.heard

    def answered(self, port: int) -> bool:
        """Record a reply; return whether it is the first from that port."""
        if port in self._ports or len(self._ports) >= _MOST:
            return False
        self._ports[port] = None
        if self._is_repeated:
            self._later.add(port)
        self._tell()
        return True

    def knows(self, port: int) -> bool:
        """Return whether a reply came from a port."""
        return port in self._ports

    def may_take(self, port: int) -> bool:
        """Return whether the client may switch to a port.

        Once it has accepted one, it switches only after a new request.
        """
        return not self._view.heard or port in self._later

    def taken(self, port: int) -> None:
        """Record that the client uses this port from now on."""
        self._view.server_tid = port
        self._ports[port] = None
        self._later.clear()
        self._is_repeated = False
        self._tell()

    def _tell(self) -> None:
        """Update the ports in the view, and the note about the client's choice."""
        view, notes = self._view, self._view.notes
        view.other_tids = tuple(one for one in self._ports if one != view.server_tid)
        if not view.other_tids:
            return
        if self._note in notes:
            notes.remove(self._note)
        taken = f"; the client chose {view.server_tid}" if view.heard else ""
        self._note = f"replies came from {port_word(self._ports)}{taken}"
        notes.append(self._note)
