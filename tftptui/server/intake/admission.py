"""Which requests are taken at all, before the disk is looked at."""

from collections import OrderedDict
from dataclasses import dataclass

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Mode, Request, WriteRequest
from tftptui.server.access_list import AccessList
from tftptui.server.rate_limits import Rate, RateTable
from tftptui.settings import Settings
from tftptui.telemetry.refusal_reasons import Reason

BURST_SECONDS = 20.0
"""A client may send that many seconds' worth of requests at once."""

WORDS = Rate(per_second=2, burst=20)
"""ERRORs that one address gets whatever their length."""

MOST_WORDS = 512
"""Bytes of an ERROR at most."""

LONGEST_REQUEST = 1_024
"""Bytes. RFC 2347 allows 512, and no client is known that needs more."""

KEPT_PROVEN = 4_096
"""Addresses that have answered, the latest."""

FLOODING = frozenset({Reason.DENIED, Reason.RATE, Reason.MALFORMED})
"""Reasons that a client gets no short answer for, either."""


_MAIL = Mode.MAIL  # an Enum is slow to look in


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a request is refused.

    Attributes:
        reason: the journal's word for it.
        code: of the ERROR for the client.
        text: why, for people.
        is_full: whether it would be taken if another transfer made way.
    """

    reason: Reason
    code: ErrorCode
    text: str
    is_full: bool = False


TO_MANY = Verdict(
    Reason.BROADCAST,
    ErrorCode.UNDEFINED,
    "no reply to requests to a broadcast or multicast address",
)
"""Every server there would reply, and make a flood (RFC 1123 §4.2.3.4)."""


class Policy:
    """What may be asked, by whom and how often. Times are of a monotonic clock.

    For each request call admit(), then judge(); vouch() for a client that has
    shown that the address is its own, and room() before an ERROR goes out.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._access = AccessList(settings.allow, settings.deny)
        self._requests = _request_table(settings)
        self._words = RateTable(WORDS)
        self._proven: OrderedDict[str, None] = OrderedDict()

    @property
    def known_addresses(self) -> int:
        """How many addresses are remembered, in all tables together."""
        tables = (self._words, self._requests or (), self._proven)
        return sum(map(len, tables))

    def follow(self, settings: Settings) -> None:
        """Go by these settings from now on; the same ones again cost nothing."""
        if settings is self._settings:
            return
        before, self._settings = self._settings, settings
        self._access = AccessList(settings.allow, settings.deny)
        if settings.request_rate != before.request_rate:
            self._requests = _request_table(settings)

    def admit(self, client: str, now: float) -> Verdict | None:
        """Return why an address is not heard, or None when it is."""
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
        """Take a request back from the count: the client has answered us.

        Only what leads nowhere counts, then: requests that are refused, and those
        in the name of somebody who knows nothing of it.
        """
        if self._requests is not None:
            self._requests.give_back(client)
        self._proven[client] = None
        self._proven.move_to_end(client)
        if len(self._proven) > KEPT_PROVEN:
            self._proven.popitem(last=False)

    def is_proven(self, client: str) -> bool:
        """Whether an address has answered a transfer of late: it is no forgery."""
        return client in self._proven

    def judge(
        self, request: Request, client: str, active: int, of_client: int
    ) -> Verdict | None:
        """Return why a request is refused, or None when it may go on.

        Args:
            request: what is asked.
            client: the address that asks.
            active: transfers at the moment, in all.
            of_client: those of this address.
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

    def room(self, reason: str, client: str, asked: int, now: float) -> int:
        """Return how many bytes an ERROR for an address may have.

        The address may be forged, and then its owner gets what we send. So an
        address has a few ERRORs in full; after these none is longer than what was
        ASKED (bytes), and there is none at all for what only a flood repeats.
        """
        if self._words.take(client, now):
            return MOST_WORDS
        return 0 if reason in FLOODING else min(asked, MOST_WORDS)


def _never(request: Request, settings: Settings) -> Verdict | None:
    """Return why such a request is refused to every client at any time."""
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
