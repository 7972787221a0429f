"""A server's reception without a network: sent packets are kept in a list."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.alarm import FakeAlarm
from tests.support.clock import FakeClock
from tests.support.running import Written
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import (
    Data,
    ErrorPacket,
    Mode,
    Options,
    Packet,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_request,
    parse,
)
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.intake.reception import Reception
from tftptui.server.listener import Arrival, Listener
from tftptui.server.ports import PortPool
from tftptui.server.root.root import Root
from tftptui.server.transfer.bandwidth import Bandwidth
from tftptui.server.transfer.open_transfer import Opener
from tftptui.server.transfer.shared_transport import SharedTransport
from tftptui.server.transfer.transfer import Transfer
from tftptui.server.transfer.uploads import UploadPolicy, Uploads
from tftptui.settings import Settings

CLIENT = Endpoint("192.0.2.7", 2_070)


class KeepingListener(Listener):
    """Records packets instead of sending them.

    Attributes:
        sent: time, client and bytes of each packet, in order.
    """

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(Endpoint("127.0.0.1", 0))
        self.sent: list[tuple[float, Endpoint, bytes]] = []
        self._clock = clock

    def answer(self, packet: bytes | memoryview, arrival: Arrival) -> OSError | None:
        """Record a packet."""
        self.sent.append((self._clock.now(), arrival.client, bytes(packet)))
        return None


@dataclass
class Office:
    """A reception in single-port mode, with clients as plain endpoints."""

    settings: Settings
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.written = Written(self.clock)
        self.listener = KeepingListener(self.clock)
        self.root = Root(self.settings.root)
        self.ended: list[Transfer] = []
        policy = UploadPolicy(self.settings.write, None, None)
        opener = Opener(
            self.settings,
            self.root,
            PortPool(self.settings.ports),
            self.written.recorder,
            Uploads(policy),
        )
        opener.bandwidth = Bandwidth(self.clock, self._make_alarm)
        self.reception = Reception(
            opener, self._began, self._ended, lambda _read, _transfer: None
        )

    def close(self) -> None:
        for transfer in list(self.reception.transfers.values()):
            transfer.whole().abort("the test is over")
        self.root.close()
        self.listener.close()

    def take(
        self, datagram: bytes, client: Endpoint = CLIENT, *, is_to_many: bool = False
    ) -> None:
        """Deliver a datagram from a client."""
        arrival = Arrival(datagram, client, self.listener.local, is_to_many)
        self.reception.take(self.listener, arrival)

    def ask(
        self, name: bytes, client: Endpoint = CLIENT, options: Options = ()
    ) -> None:
        self.take(encode_request(ReadRequest(name, Mode.OCTET, options)), client)

    def offer(
        self, name: bytes, client: Endpoint = CLIENT, options: Options = ()
    ) -> None:
        self.take(encode_request(WriteRequest(name, Mode.OCTET, options)), client)

    def ack(self, block: int, client: Endpoint = CLIENT) -> None:
        self.take(encode_ack(block), client)

    def data(self, block: int, payload: bytes, client: Endpoint = CLIENT) -> None:
        self.take(encode_data(block, payload), client)

    def sent(self, client: Endpoint = CLIENT) -> list[Packet]:
        """Return the packets to one client, in order."""
        return [parse(packet) for _, to, packet in self.listener.sent if to == client]

    def blocks(self, client: Endpoint = CLIENT) -> list[int]:
        """Return the wire block numbers sent to one client, in order."""
        return [p.block16 for p in self.sent(client) if isinstance(p, Data)]

    def errors(self, client: Endpoint = CLIENT) -> list[tuple[int, str]]:
        """Return the ERRORs sent to one client, in order."""
        packets = [p for p in self.sent(client) if isinstance(p, ErrorPacket)]
        return [(packet.code, packet.message.decode()) for packet in packets]

    def transfer(self, client: Endpoint = CLIENT) -> Transfer:
        """Return the transfer of a client."""
        return self.reception.transfers[client].whole()

    def wait(self, seconds: float) -> None:
        """Advance the clock, including all alarms and deadlines."""
        self.alarm.run_until(self.clock.now() + seconds)
        self.tick()

    def tick(self) -> None:
        """Run the server's periodic work."""
        now = self.clock.now()
        self.reception.tick(now)
        for transfer in list(self.reception.transfers.values()):
            transfer.tick(now)

    def _make_alarm(self, ring: Any) -> FakeAlarm:
        self.alarm = FakeAlarm(self.clock, ring)
        return self.alarm

    def _ended(self, transfer: AnyTransfer) -> None:
        self.ended.append(transfer.whole())

    @staticmethod
    def _began(transfer: AnyTransfer) -> None:
        assert isinstance(transfer.transport, SharedTransport)
        transfer.transport.attach(transfer.readable, transfer.strayed)


@contextlib.contextmanager
def office(root: Path, **changes: Any) -> Iterator[Office]:
    """Open an office; CHANGES are fields of Settings."""
    settings = Settings(root=root, single_port=True, fit_route=False, **changes)
    opened = Office(settings)
    try:
        yield opened
    finally:
        opened.close()
