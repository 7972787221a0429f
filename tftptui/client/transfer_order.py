"""What a client is to do, and its result."""

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
"""Told how many bytes have passed, of how many if that is known."""


@dataclass(frozen=True, slots=True)
class Order:
    """One file to fetch, or to put.

    Attributes:
        is_write: whether it is to be put.
        host, port: the server, and where it takes requests.
        file: name on the server.
        local: name here; "-" is standard output, or input.
        mode: octet or netascii.
        offer: options to ask for; the size of a file to put is filled in.
        ports: our port, the first of these that is free; None: any.
        timeout: seconds before we send again; None adapts to the path.
        retries: time-outs in a row before the server is given up.
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
    """What was counted meanwhile.

    Attributes:
        octets: of the file, as it is here.
        blocks: received in order, or acknowledged.
        retransmits: DATA or ACK packets that we sent again.
        duplicates: packets that came again.
        strays: packets that came from elsewhere.
        requests: how often the request was sent.
        seconds: from the first request to the outcome.
    """

    octets: int = 0
    blocks: int = 0
    retransmits: int = 0
    duplicates: int = 0
    strays: int = 0
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended.

    Attributes:
        order: what was to be done.
        outcome: as with the server's transfers.
        error: why it failed, in words; empty if it did not.
        server: whom the request went to, or None: it was never sent.
        local_port: our TID, or None.
        server_tid: the server's endpoint, or None: it never answered.
        asked, agreed: options as asked first, and as the OACK had them.
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
        """0 for done, 130 for interrupted, 1 for anything else."""
        match self.outcome:
            case Outcome.COMPLETED:
                return EXIT_DONE
            case Outcome.ABORTED:
                return EXIT_INTERRUPTED
            case _:
                return EXIT_FAILED
