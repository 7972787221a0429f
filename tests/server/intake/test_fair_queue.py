"""The order of datagrams when there are too many to process."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.deep_size import deep_size
from tests.support.office import CLIENT, KeepingListener, Office, office
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, ReadRequest, encode_ack, encode_request
from tftptui.server.intake.fair_queue import MOST_WAITING, FairQueue, Intake
from tftptui.server.listener import Arrival
from tftptui.telemetry.events import Suppressed

MISSING = encode_request(ReadRequest(b"missing", Mode.OCTET))
FILE = encode_request(ReadRequest(b"file", Mode.OCTET))
FLOODER = Endpoint("192.0.2.66", 1_066)
MANY = 1_000
"""More datagrams than one turn can process."""


class FilledListener(KeepingListener):
    """A listener with waiting datagrams."""

    def __init__(self) -> None:
        super().__init__(FakeClock())
        self.waiting: list[Arrival] = []

    def arrivals(self) -> Iterator[Arrival]:
        """Yield the datagrams."""
        waiting, self.waiting = self.waiting, []
        yield from waiting

    def fill(self, datagram: bytes, client: Endpoint, count: int = 1) -> None:
        """Add a datagram COUNT times."""
        self.waiting += [Arrival(datagram, client, self.local)] * count

    def replied_to(self, client: Endpoint) -> bool:
        """Return whether a client got a reply."""
        return any(to == client for _, to, _ in self.sent)


class Turns:
    """A loop whose turns are run by a test."""

    def __init__(self) -> None:
        self._next: list[Callable[[], None]] = []

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Keep the callback for the next turn."""
        self._next.append(callback)

    def turn(self) -> bool:
        """Run a turn; return whether there was something to do."""
        now, self._next = self._next, []
        for callback in now:
            callback()
        return bool(now)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Office]:
    with office(folder) as opened:
        yield opened


@pytest.fixture
def listener() -> Iterator[FilledListener]:
    one = FilledListener()
    yield one
    one.close()


@given(st.lists(st.sampled_from("abcd"), max_size=60))
def test_addresses_take_turns_and_keep_their_own_order(hosts: list[str]) -> None:
    queue = FairQueue[tuple[str, int]]()
    for number, host in enumerate(hosts):
        assert queue.put(host, (host, number))
    taken = [queue.take() for _ in hosts]
    assert len(queue) == 0
    for host in set(hosts):
        own = [one for one in taken if one[0] == host]
        assert own == sorted(own)
        assert taken.index(own[0]) < len(set(hosts))  # no client twice before it


def test_what_waits_is_bounded_for_one_address_and_for_many() -> None:
    queue = FairQueue[int]()
    one = sum(queue.put("10.0.0.1", 1) for _ in range(3 * MOST_WAITING))
    assert one <= MOST_WAITING // 2 + 1
    for number in range(3 * MOST_WAITING):
        queue.put(f"host {number}", 1)
    full = deep_size(queue)
    for number in range(3 * MOST_WAITING):
        queue.put(f"host {number % 5_000}", 1)
    assert len(queue) == MOST_WAITING
    assert deep_size(queue) == full


def test_a_client_is_served_before_the_rest_of_anothers_flood(
    desk: Office, listener: FilledListener
) -> None:
    turns = Turns()
    intake = Intake(desk.reception, turns.call_soon)
    listener.fill(MISSING, FLOODER, MANY)
    listener.fill(FILE, CLIENT)
    intake.receive(listener)
    while not listener.replied_to(CLIENT):
        assert turns.turn()
    counters = desk.written.recorder.counters
    assert 0 < counters.missing < MANY
    while turns.turn():
        pass
    assert counters.missing == MANY  # none of this was too much


def test_who_has_answered_before_is_not_behind_a_thousand_forged_addresses(
    folder: Path, listener: FilledListener
) -> None:
    with office(folder) as desk:
        turns = Turns()
        intake = Intake(desk.reception, turns.call_soon)
        desk.reception.policy.vouch(CLIENT.host)
        for number in range(MANY):
            host = f"10.0.{number // 250}.{number % 250}"
            listener.fill(MISSING, Endpoint(host, 1_066))
        listener.fill(FILE, CLIENT)
        intake.receive(listener)
        while not listener.replied_to(CLIENT):
            assert turns.turn()
        assert desk.written.recorder.counters.missing < MANY / 2


def test_a_living_transfer_is_served_in_the_midst_of_a_flood(
    desk: Office, listener: FilledListener
) -> None:
    desk.ask(b"file")
    assert desk.blocks() == [1]
    turns = Turns()
    intake = Intake(desk.reception, turns.call_soon)
    listener.fill(MISSING, FLOODER, MANY)
    listener.fill(encode_ack(1), CLIENT)
    intake.receive(listener)
    assert desk.blocks() == [1, 2]


def test_garbage_for_which_there_is_no_time_is_counted_and_told(
    desk: Office, listener: FilledListener
) -> None:
    intake = Intake(desk.reception, Turns().call_soon)
    listener.fill(b"GET / HTTP/1.1", FLOODER, MANY)
    intake.receive(listener)
    counters = desk.written.recorder.counters
    assert counters.malformed + counters.shed == MANY
    assert counters.shed > 0
    desk.reception.close()
    (told,) = desk.written.of(Suppressed)
    assert (told.reason, told.network) == ("overload", None)
    assert told.count == counters.shed


@pytest.mark.net
async def test_a_real_client_is_served_before_a_flood_that_came_first(
    folder: Path,
) -> None:
    with running(folder, FakeClock()) as server, UdpClient() as flooder:
        # No more than fit into the smallest receive buffer.
        for _ in range(200):
            flooder.socket.sendto(MISSING, server.at.as_socket_address())
        with UdpClient(host="127.0.0.2") as client:
            client.ask(server.at, b"file")
            await client.data()
        assert server.written.recorder.counters.missing < 150
