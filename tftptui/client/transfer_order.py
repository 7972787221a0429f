"""An order for the client, and its result."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import Outcome
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import Mode, Options
from tftptui.protocol.timing import RETRIES
from tftptui.settings import PortRange

EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130

Progress = Callable[[int, int | None], None]
"""Called with the bytes transferred, and the total if known."""


@dataclass(frozen=True, slots=True)
class Order:
    """One file to fetch or send.

    Attributes:
        is_write: whether to send it.
        host, port: the server and its port.
        file: name on the server.
        local: local name; "-" is standard output or input.
        mode: octet or netascii.
        offer: options to request; the size of a file to send is filled in.
        ports: local ports, the first free one is used; None: any.
        timeout: seconds before a retransmission; None adapts to the round trip.
        retries: timeouts in a row before giving up.
    """

    is_write: bool
    host: str
    port: int
    file: bytes
    local: str
    mode: Mode = Mode.OCTET
    offer: Offer = field(default_factory=Offer)
    ports: PortRange | None = None
    timeout: int | None = None
    retries: int = RETRIES


@dataclass(slots=True)
class Counts:
    """Counters of a transfer.

    Attributes:
        octets: bytes of the local file.
        blocks: received in order, or acknowledged.
        retransmits: DATA or ACK packets that we resent.
        duplicates: packets received again.
        strays: packets from elsewhere.
        requests: number of requests sent.
        seconds: from the first request to the outcome.
    """

    nbytes: int = 0
    blocks: int = 0
    retransmits: int = 0
    duplicates: int = 0
    strays: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """The result of an order.

    Attributes:
        order: the order.
        outcome: as for the server's transfers.
        error: why it failed, in words; empty if it did not.
        server: destination of the request, or None if it was never sent.
        local_port: our TID, or None.
        server_tid: the server's endpoint, or None without a reply.
        asked, agreed: options as first requested, and as in the OACK.
    """

    order: Order
    outcome: Outcome
    error: str = ""
    server: Endpoint | None = None
    local_port: int | None = None
    server_tid: Endpoint | None = None
    asked: Options = ()
    agreed: Options = ()
    block_size: int | None = None
    window: int | None = None
    counts: Counts = field(default_factory=Counts)

    @property
    def exit_status(self) -> int:
        """0 for completed, 130 for interrupted, 1 for anything else."""
        match self.outcome:
            case Outcome.COMPLETED:
                return EXIT_DONE
            case Outcome.ABORTED:
                return EXIT_INTERRUPTED
            case _:
                return EXIT_FAILED
