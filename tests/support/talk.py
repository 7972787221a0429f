"""A TFTP transfer packet by packet, as captured between its ends."""

from dataclasses import dataclass, field

from tftptui.protocol.packets import (
    Mode,
    Options,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_error,
    encode_oack,
    encode_request,
)
from tftptui.replay.rebuilding import Rebuilding
from tftptui.telemetry.capture.frames import Datagram, Place
from tftptui.telemetry.capture.packets import IcmpSeen, Seen
from tftptui.telemetry.events import Event
from tftptui.telemetry.records.ring import LAYOUT, PacketRecord, PacketRing
from tftptui.telemetry.views import TransferView

BEGIN = 1_700_000_000
SERVER, CLIENT = "10.0.0.9", "10.0.4.37"


@dataclass
class Talk:
    """Sends packets, and keeps the resulting views.

    Attributes:
        server, client: the ends; the server's changes with its first reply.
        step: seconds between two packets.
    """

    server: Place = (SERVER, 69)
    client: Place = (CLIENT, 2_072)
    step: float = 0.01
    now: float = float(BEGIN)
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ring = PacketRing(100_000)
        self.rebuilding = Rebuilding(self.ring, self.events.append)
        self.views: dict[int, TransferView] = {}

    def ask(self, name: bytes = b"pxelinux.0", options: Options = ()) -> None:
        self.server = (self.server[0], 69)
        self.up(encode_request(ReadRequest(name, Mode.OCTET, options)))

    def offer(self, name: bytes = b"core", options: Options = ()) -> None:
        self.server = (self.server[0], 69)
        self.up(encode_request(WriteRequest(name, Mode.OCTET, options)))

    def move(self, port: int = 40_017) -> None:
        """Let the server reply from another port from now on."""
        self.server = (self.server[0], port)

    def oack(self, *options: tuple[bytes, bytes]) -> None:
        self.down(encode_oack(options))

    def data(self, *blocks: int, nbytes: int = 512) -> None:
        for block in blocks:
            self.down(encode_data(block % 65_536, bytes(nbytes)))

    def ack(self, *blocks: int) -> None:
        for block in blocks:
            self.up(encode_ack(block % 65_536))

    def error(self, code: int, text: str = "", *, from_client: bool = False) -> None:
        (self.up if from_client else self.down)(encode_error(code, text))

    def small_read(self, port: int = 40_017) -> None:
        """Send a whole transfer of 612 bytes."""
        self.ask()
        self.move(port)
        self.data(1)
        self.ack(1)
        self.data(2, nbytes=100)
        self.ack(2)

    def up(self, payload: bytes) -> None:
        """Send from the client."""
        self.send(self.client, self.server, payload)

    def down(self, payload: bytes) -> None:
        """Send from the server."""
        self.send(self.server, self.client, payload)

    def send(
        self, source: Place, destination: Place, payload: bytes, nbytes: int = 0
    ) -> None:
        length = nbytes or len(payload)
        time = round(self.now * 1_000_000_000)
        datagram = Datagram(time, source, destination, payload, length, is_sent=False)
        self.take(Seen(datagram))

    def take(self, seen: Seen | IcmpSeen) -> None:
        self.rebuilding.take(seen)
        self.now += self.step

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def over(self) -> list[TransferView]:
        """Return all transfers at the end of the capture."""
        self.rebuilding.finish()
        self.views |= {view.number: view for view in self.rebuilding.take_changed()}
        return list(self.views.values())

    def one(self) -> TransferView:
        """Return the only transfer."""
        (view,) = self.over()
        return view

    def records(self, *kinds: int) -> list[PacketRecord]:
        """Return the records, or those of some kinds."""
        packed = LAYOUT.iter_unpack(self.ring.packed(0))
        found = [PacketRecord(*fields) for fields in packed]
        return [each for each in found if not kinds or each.kind in kinds]
