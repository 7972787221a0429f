"""Ports of a server that answer one request, of which the client takes one.

Many servers have a process for each request that comes, for a repeated one as well;
each answers from a port of its own. A client takes the port of the first answer that
it gets (RFC 1350 §4); to others it says ERROR 5, or nothing.
"""

from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import port_word

_MOST = 64
"""Ports that are remembered; servers choose others for ever."""


class Answerers:
    """Follows who answers; call asked() for each request, answered() for each answer.

    Args:
        view: of the transfer, which tells the ports.
    """

    def __init__(self, view: TransferView) -> None:
        self._view = view
        self._ports: dict[int, None] = {}
        self._later: set[int] = set()
        self._earlier: frozenset[int] = frozenset()
        self._is_asked_again = False
        self._note = ""

    def follow(self, before: "Answerers") -> None:
        """Take note of what the client had asked for from the same port before."""
        self._earlier = frozenset(before._ports)  # noqa: SLF001 - of its own kind

    def is_due(self, port: int, requests: int) -> bool:
        """Whether a port may answer one of so many requests, and none before them."""
        is_new = port not in self._ports
        return not is_new or (port not in self._earlier and len(self._ports) < requests)

    def asked(self) -> None:
        """Take a request, the first or a repeat."""
        self._is_asked_again = self._view.heard

    def answered(self, port: int) -> bool:
        """Take an answer; return whether it is the first from that port."""
        if port in self._ports or len(self._ports) >= _MOST:
            return False
        self._ports[port] = None
        if self._is_asked_again:
            self._later.add(port)
        self._tell()
        return True

    def knows(self, port: int) -> bool:
        """Whether an answer came from a port."""
        return port in self._ports

    def may_take(self, port: int) -> bool:
        """Whether the client may go on with a port, instead of where it was.

        A client that has taken one takes another only after a new request.
        """
        return not self._view.heard or port in self._later

    def taken(self, port: int) -> None:
        """Take note that the client goes on with a port."""
        self._view.server_tid = port
        self._ports[port] = None
        self._later.clear()
        self._is_asked_again = False
        self._tell()

    def _tell(self) -> None:
        """Tell the ports, and which of them was taken if that is known."""
        view, notes = self._view, self._view.notes
        view.other_tids = tuple(one for one in self._ports if one != view.server_tid)
        if not view.other_tids:
            return
        if self._note in notes:
            notes.remove(self._note)
        taken = f"; the client chose {view.server_tid}" if view.heard else ""
        self._note = f"replies came from {port_word(self._ports)}{taken}"
        notes.append(self._note)
