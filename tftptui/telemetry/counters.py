"""Totals since the start; they only grow."""

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
"""Refusals that have a total of their own, by the journal's reason."""


class Counters(msgspec.Struct, kw_only=True):
    """Totals since the start.

    Attributes:
        requests: RRQ and WRQ that were understood; those repeated for a living
            transfer are left out.
        refused: requests that began no transfer; most get an ERROR, see unanswered.
        malformed: datagrams that are not TFTP, or unexpected at that port.
        missing: requests refused because there is no such file.
        exhausted: requests refused because all ports of the range were in use.
        denied: requests refused because of who asked, uploads that are off, mail mode,
            and names that are the server's own.
        limited: requests refused because too many transfers were going on.
        too_fast: requests refused because too many came from one address.
        broadcast: requests to a broadcast or multicast address; they get no reply.
        unanswered: refused requests and malformed datagrams that got no ERROR.
        suppressed: refusals, transfers and ICMP errors that the journal only counts,
            because they were many.
        expired: transfers ended because they took too long or stood still.
        evicted: transfers whose client did not answer, ended to make room for others.
        octets_sent: data bytes in DATA packets, retransmissions included;
            octets_received: the same, in those of clients.
        packets_sent: packets that left.
        packets_received: packets that came.
        retransmits: packets that we sent again.
        duplicates: packets that clients sent again.
        strays: datagrams on a TID from a wrong endpoint, and ACKs of no transfer where
            requests are taken.
        shed: datagrams dropped unread because more came than there was time for.
        started: transfers that began, and below how many ended how.
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
    octets_sent: int = 0
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
    octets_received: int = 0
    broadcast: int = 0
    shed: int = 0

    @property
    def active(self) -> int:
        """Transfers that have begun and not ended."""
        return self.started - (
            self.completed
            + self.unconfirmed
            + self.failed
            + self.abandoned
            + self.probed
            + self.aborted
        )

    def count_refusal(self, reason: str) -> None:
        """Count a request refused for a REASON, one of the journal's."""
        self.refused += 1
        name = REFUSALS.get(reason)
        if name is not None:
            setattr(self, name, getattr(self, name) + 1)

    def count_end(self, outcome: str) -> None:
        """Count a transfer that ended; OUTCOME is one of the names above."""
        setattr(self, outcome, getattr(self, outcome) + 1)
