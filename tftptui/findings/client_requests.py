"""Recent read requests of each client: some names are missing in every healthy boot.

Also the time of the last refusal for lack of a free port, which is the server's.
"""

from collections import OrderedDict, deque

from tftptui.knowledge.names import Attempt, Search, list_of, searches
from tftptui.telemetry.events import Refused
from tftptui.telemetry.refusal_reasons import Reason

KEPT_CLIENTS = 1_024
KEPT_OF_EACH = 64
"""Limit of requests per client, and of clients: bounds the memory of a flood."""


class ClientRequests:
    """Read requests by client, whether the file was found or not.

    Attributes:
        last_exhausted: when a request was last refused for lack of a free port; 0 if
            never.
    """

    def __init__(self) -> None:
        self._clients: OrderedDict[str, deque[Attempt]] = OrderedDict()
        self.last_exhausted = 0.0

    def refuse(self, event: Refused) -> None:
        """Record a refused request."""
        if event.reason == Reason.PORTS_EXHAUSTED:
            self.last_exhausted = event.time
        if event.reason == Reason.NOT_FOUND and event.direction == "read":
            missed = Attempt(event.time, event.file, found=False)
            self.note(event.client, missed)

    def note(self, client: str, attempt: Attempt) -> None:
        """Record a request."""
        found = self._clients.setdefault(client, deque(maxlen=KEPT_OF_EACH))
        self._clients.move_to_end(client)
        found.append(attempt)
        while len(self._clients) > KEPT_CLIENTS:
            self._clients.popitem(last=False)

    def search(self, client: str, file: str, now: float) -> Search | None:
        """Return the search that a missing name belongs to, if any."""
        if list_of(file) is None:
            return None
        found = searches(self._clients.get(client, ()), now)
        return next((one for one in reversed(found) if file in one.missing), None)
