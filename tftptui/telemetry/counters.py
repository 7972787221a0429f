"""Counters since the start; they only grow."""

import msgspec

from tftptui.telemetry.refusal_reasons import Reason

REFUSALS: dict[str, str] = {
    Reason.NOT_FOUND: "missing",
    Reason.PORTS_EXHAUSTED: "exhausted",
    Reason.DENIED: "denied",
    Reason.LIMIT: "limited",
    Reason.CLIENT_LIMIT: "limited",
    Reason.RATE: "too_fast",
    Reason.BROADCAST: "broadcast",
}
"""Refusal reasons with a counter of their own."""


_KEYS = {"bytes_sent": "octets_sent", "bytes_received": "octets_received"}
"""Keys in the journal and in JSON where they differ from the names of the fields."""


class Counters(msgspec.Struct, kw_only=True, rename=_KEYS):
    """Totals since the start.

    Attributes:
        requests: valid RRQs and WRQs, without repeats for an active transfer.
        refused: requests that started no transfer; most get an ERROR, see unanswered.
        malformed: datagrams that are not TFTP, or unexpected at that port.
        missing: requests refused because the file does not exist.
        exhausted: requests refused because all ports of the range were in use.
        denied: requests refused by an access list, uploads being off, mail mode, or a
            name reserved for the server.
        limited: requests refused because too many transfers were active.
        too_fast: requests refused by the rate limit for an address.
        broadcast: requests to a broadcast or multicast address; they get no reply.
        unanswered: refused requests and malformed datagrams without an ERROR.
        suppressed: refusals, transfers and ICMP errors that the journal only counts.
        expired: transfers ended by a time limit.
        evicted: transfers without a reply of the client, ended to make room.
        bytes_sent: data bytes in DATA packets, with retransmissions; bytes_received:
            the same from clients.
        packets_sent: packets sent.
        packets_received: packets received.
        retransmits: packets that we resent.
        duplicates: packets that clients resent.
        strays: datagrams on a TID from a wrong endpoint, and ACKs to the listening port
            without a transfer.
        shed: datagrams dropped unread because of overload.
        started: transfers started; the fields below count them by outcome.
    """

    requests: int = 0
    refused: int = 0
    malformed: int = 0
    exhausted: int = 0
    denied: int = 0
    limited: int = 0
    too_fast: int = 0
    unanswered: int = 0
    suppressed: int = 0
    expired: int = 0
    evicted: int = 0
    bytes_sent: int = 0
    packets_sent: int = 0
    packets_received: int = 0
    retransmits: int = 0
    duplicates: int = 0
    strays: int = 0
    started: int = 0
    completed: int = 0
    unconfirmed: int = 0
    failed: int = 0
    abandoned: int = 0
    probed: int = 0
    aborted: int = 0
    missing: int = 0
    bytes_received: int = 0
    broadcast: int = 0
    shed: int = 0

    @property
    def active(self) -> int:
        """Number of active transfers."""
        return self.started - (
            self.completed
            + self.unconfirmed
            + self.failed
            + self.abandoned
            + self.probed
            + self.aborted
        )

    def count_refusal(self, reason: str) -> None:
        """Count a refused request; REASON as in the journal."""
        self.refused += 1
        name = REFUSALS.get(reason)
        if name is not None:
            setattr(self, name, getattr(self, name) + 1)

    def count_end(self, outcome: str) -> None:
        """Count a finished transfer; OUTCOME is one of the fields above."""
        setattr(self, outcome, getattr(self, outcome) + 1)
