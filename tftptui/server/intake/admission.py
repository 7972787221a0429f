"""Admission: which requests are accepted, before the disk is read."""

from collections import OrderedDict
from dataclasses import dataclass

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Mode, Request, WriteRequest
from tftptui.server.access_list import AccessList
from tftptui.server.rate_limits import Rate, RateTable
from tftptui.settings import Settings
from tftptui.telemetry.events import PortsInUse
from tftptui.telemetry.refusal_reasons import Reason

BURST_SECONDS = 20.0
"""A client may send as many requests at once as the rate allows in this time."""

WORDS = Rate(per_second=2, burst=20)
"""Rate of full-length ERRORs for one address."""

MOST_WORDS = 512
"""Maximum size of an ERROR in bytes."""

LONGEST_REQUEST = 1_024
"""Bytes. RFC 2347 allows 512; no known client needs more."""

KEPT_PROVEN = 4_096
"""Number of proven addresses kept, the latest ones."""

FLOODING = frozenset({Reason.DENIED, Reason.RATE, Reason.MALFORMED})
"""Reasons that get no ERROR at all once WORDS is used up."""


_MAIL = Mode.MAIL  # looking up an Enum member is slow


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a request is refused.

    Attributes:
        reason: as in the journal.
        code: error code sent to the client.
        text: the reason for people.
        is_full: whether the request would be accepted if another transfer ended.
        ports: the range, if none of its ports was free.
    """

    reason: Reason
    code: ErrorCode
    text: str
    is_full: bool = False
    ports: PortsInUse | None = None


TO_MANY = Verdict(
    Reason.BROADCAST,
    ErrorCode.UNDEFINED,
    "no reply to requests to a broadcast or multicast address",
)
"""If every server replied, that would be a flood (RFC 1123 §4.2.3.4)."""


class Policy:
    """Access lists, rates and limits for requests. Times are monotonic.

    For each request call admit(), then judge(). Call vouch() for a client that has
    proven its address, and room() before sending an ERROR.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._access = AccessList(settings.allow, settings.deny)
        self._requests = _request_table(settings)
        self._words = RateTable(WORDS)
        self._proven: OrderedDict[str, None] = OrderedDict()

    @property
    def known_addresses(self) -> int:
        """Number of addresses kept, in all tables together."""
        tables = (self._words, self._requests or (), self._proven)
        return sum(map(len, tables))

    def follow(self, settings: Settings) -> None:
        """Use these settings from now on; does nothing if they are the same object."""
        if settings is self._settings:
            return
        before, self._settings = self._settings, settings
        self._access = AccessList(settings.allow, settings.deny)
        if settings.request_rate != before.request_rate:
            self._requests = _request_table(settings)

    def admit(self, client: str, now: float) -> Verdict | None:
        """Return why requests from this address are refused now, or None."""
        if not self._access.admits(client):
            return Verdict(
                Reason.DENIED,
                ErrorCode.ACCESS_VIOLATION,
                f"{client} is not allowed by this server",
            )
        if self._requests is None or self._requests.take(client, now):
            return None
        rate = self._requests.rate.per_second
        return Verdict(
            Reason.RATE,
            ErrorCode.UNDEFINED,
            f"too many requests from {client}: the limit is {rate:g} a second",
        )

    def vouch(self, client: str) -> None:
        """Mark a client that has replied as proven, and do not count its request.

        So only useless requests count: refused ones and those with a forged address.
        """
        if self._requests is not None:
            self._requests.give_back(client)
        self._proven[client] = None
        self._proven.move_to_end(client)
        if len(self._proven) > KEPT_PROVEN:
            self._proven.popitem(last=False)

    def is_proven(self, client: str) -> bool:
        """Return whether this address replied recently, so it is not forged."""
        return client in self._proven

    def judge(
        self, request: Request, client: str, active: int, of_client: int
    ) -> Verdict | None:
        """Return why a request is refused, or None if it is accepted.

        Args:
            request: the parsed request.
            client: its source address.
            active: number of active transfers.
            of_client: number of them from this address.
        """
        settings = self._settings
        verdict = _never(request, settings)
        if verdict is not None:
            return verdict
        if active >= settings.max_transfers:
            text = f"the server is busy: {active} of {settings.max_transfers} transfers"
            return Verdict(Reason.LIMIT, ErrorCode.UNDEFINED, text, is_full=True)
        most = settings.max_client_transfers
        if most is not None and of_client >= most:
            text = f"{client} already has {of_client} of {most} allowed transfers"
            return Verdict(Reason.CLIENT_LIMIT, ErrorCode.UNDEFINED, text, is_full=True)
        return None

    def room(self, reason: str, client: str, wanted: int, now: float) -> int:
        """Return the maximum size in bytes of an ERROR to this address.

        The address may be forged, and its owner would get our packets. So an address
        gets a few full-length ERRORs; after that none is longer than the request
        (WANTED bytes), and reasons that are typical of floods get none.
        """
        if self._words.take(client, now):
            return MOST_WORDS
        return 0 if reason in FLOODING else min(wanted, MOST_WORDS)


def _never(request: Request, settings: Settings) -> Verdict | None:
    """Return why this request is refused regardless of client and load, or None."""
    if settings.drain:
        text = "the server is shutting down: no new requests"
        return Verdict(Reason.DRAINING, ErrorCode.UNDEFINED, text)
    if isinstance(request, WriteRequest) and settings.write == "off":
        text = "uploads are off"
        return Verdict(Reason.DENIED, ErrorCode.ACCESS_VIOLATION, text)
    if request.mode is _MAIL:
        text = "mail mode is obsolete; use octet"
        return Verdict(Reason.DENIED, ErrorCode.ILLEGAL_OPERATION, text)
    return None


def _request_table(settings: Settings) -> RateTable | None:
    rate = settings.request_rate
    if rate is None:
        return None
    return RateTable(Rate(rate, max(1.0, rate * BURST_SECONDS)))
