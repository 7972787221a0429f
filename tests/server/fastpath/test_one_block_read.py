"""A read of one block: the same results as with a full transfer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE, Running, running
from tests.support.udp_client import UdpClient
from tftptui.protocol.packets import encode_ack
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.root import open_file_cache
from tftptui.telemetry.events import Event, IcmpReceived
from tftptui.telemetry.views import SLOW, TransferView

pytestmark = pytest.mark.net

OURS = ("number", "transfer", "client_tid", "server_tid", "leased_from", "before")
"""Fields of views and events that differ between transfers and servers."""


class Scene:
    """A server that has sent the file once, and a client that requests it.

    Attributes:
        begun: the transfers, in order.
    """

    def __init__(self, server: Running, clock: FakeClock, client: UdpClient) -> None:
        self.server, self.clock, self.client = server, clock, client
        self.first = server.written.ring.next
        self.heard = len(server.written.events)
        self.begun: list[AnyTransfer] = []
        self._idle = asyncio.Event()
        reception = server.service._reception
        assert reception is not None
        began, ended = reception.began, reception.ended

        def note_beginning(transfer: AnyTransfer) -> None:
            self.begun.append(transfer)
            self._idle.clear()
            began(transfer)

        def note_end(transfer: AnyTransfer) -> None:
            ended(transfer)
            if not server.service.transfers:
                self._idle.set()

        reception.began, reception.ended = note_beginning, note_end

    async def fetch(self) -> None:
        self.client.ask(self.server.at, b"file")
        await self.client.data()
        self.client.ack(1)
        await self.over()

    async def ask(self) -> None:
        """Request it from an unused port, and receive the block."""
        self.client.ask(self.server.at, b"file")
        assert (await self.client.data()).payload == sample_bytes(300)

    async def over(self) -> None:
        """Wait until no transfer is left."""
        async with asyncio.timeout(PATIENCE):
            await self._idle.wait()

    def told(self) -> dict[str, Any]:
        """Return all visible results."""
        ring = self.server.written.ring
        numbers = range(self.first, ring.next)
        records = [ring.record(number) for number in numbers]
        return {
            "packets": [
                (r.kind, r.block, r.nbytes, r.attempt, r.flags, r.time) for r in records
            ],
            "notes": [
                ring.note(number).partition("127.0.0.1")[0] for number in numbers
            ],
            "events": [
                (type(event), _without_ports(event))
                for event in self.server.written.events[self.heard :]
            ],
            "counters": msgspec.to_builtins(self.server.service.recorder.counters),
            "views": [
                _without_ports(view) for view in self.server.service.take_finished()
            ],
        }


def _without_ports(one: TransferView | Event) -> dict[str, Any]:
    told = msgspec.structs.asdict(one)
    told = {name: value for name, value in told.items() if name not in OURS}
    return {**told, "error": (told.get("error") or "").rstrip("0123456789")}


Act = Callable[[Scene], Awaitable[None]]


async def it_is_acknowledged(scene: Scene) -> None:
    await scene.ask()
    scene.client.ack(1)


async def its_ack_is_lost(scene: Scene) -> None:
    await scene.ask()
    scene.clock.advance(10.0)
    scene.server.service._sweep()
    await scene.client.data()
    scene.client.ack(1)


async def its_ack_is_slow(scene: Scene) -> None:
    await scene.ask()
    scene.clock.advance(SLOW * 1.5)
    scene.client.ack(1)


async def another_block_is_acknowledged_first(scene: Scene) -> None:
    await scene.ask()
    scene.client.ack(7)
    scene.client.ack(1)


async def a_stranger_comes(scene: Scene) -> None:
    await scene.ask()
    assert scene.client.peer is not None
    with UdpClient() as stranger:
        stranger.send(encode_ack(1), scene.client.peer)
        await stranger.error()
    scene.client.ack(1)


async def the_client_gives_up(scene: Scene) -> None:
    await scene.ask()
    scene.client.leave()


async def it_is_asked_for_twice(scene: Scene) -> None:
    await scene.ask()
    scene.clock.advance(1.0)  # at once it would be a duplicate
    scene.client.ask(scene.server.at, b"file")
    await scene.client.data()
    scene.client.ack(1)


async def it_is_looked_at_meanwhile(scene: Scene) -> None:
    await scene.ask()
    (transfer,) = scene.server.service.transfers.values()
    view = transfer.whole().view()
    assert (view.phase, view.sent_blocks, view.acked_blocks) == ("sending", 1, 0)
    scene.client.ack(1)


async def it_is_told_of_meanwhile(scene: Scene) -> None:
    await scene.ask()
    scene.server.service.tell()
    scene.client.ack(1)


async def it_is_aborted(scene: Scene) -> None:
    await scene.ask()
    (number,) = scene.server.service.transfers
    assert scene.server.service.abort(number)
    await scene.client.error()


async def the_client_closes_its_port(scene: Scene) -> None:
    await scene.ask()
    scene.client.close()
    for count in (1, 2):  # the block is resent, without a receiver
        scene.clock.advance(10.0)
        scene.server.service._sweep()
        await scene.server.written.until(IcmpReceived, count)


async def other_settings_are_chosen_meanwhile(scene: Scene) -> None:
    await scene.ask()
    service, ports = scene.server.service, scene.server.service.settings.ports
    service.set_ports(
        ports, order="sequential", quarantine=1.0, by="a test", single_port=True
    )
    service.change_settings({"retries": 1}, by="a test")
    for _ in range(3):  # the old ones allow as many timeouts
        scene.clock.advance(10.0)
        service._sweep()
        await scene.client.data()
    scene.client.ack(1)


async def something_else_is_asked_for(scene: Scene) -> None:
    await scene.ask()
    scene.client.ask(scene.server.at, b"nothing")
    await scene.client.error()


ACTS: list[Act] = [
    it_is_acknowledged,
    its_ack_is_lost,
    its_ack_is_slow,
    another_block_is_acknowledged_first,
    a_stranger_comes,
    the_client_gives_up,
    it_is_asked_for_twice,
    it_is_looked_at_meanwhile,
    it_is_told_of_meanwhile,
    it_is_aborted,
    the_client_closes_its_port,
    other_settings_are_chosen_meanwhile,
    something_else_is_asked_for,
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(300))
    monkeypatch.setattr(open_file_cache, "AT_REST", -(10**12))  # each file counts
    return tmp_path


async def played(folder: Path, act: Act, *, one_block: bool) -> dict[str, Any]:
    """Return the results of an act, with one-block reads or without."""
    clock = FakeClock()
    with ExitStack() as stack:
        server = stack.enter_context(running(folder, clock))
        server.written.recorder.is_heard = False
        await Scene(server, clock, stack.enter_context(UdpClient())).fetch()
        server.service.take_finished()
        if not one_block:
            server.service.root.forget_opened()  # so that it is read again
        scene = Scene(server, clock, stack.enter_context(UdpClient()))
        await act(scene)
        await scene.over()
        assert isinstance(scene.begun[0], OneBlockRead) == one_block
        return scene.told()


@pytest.mark.parametrize("act", ACTS)
async def test_whatever_happens_is_told_the_same(folder: Path, act: Act) -> None:
    assert await played(folder, act, one_block=True) == await played(
        folder, act, one_block=False
    )


async def test_a_transfer_takes_the_place_of_one_that_is_looked_at(
    folder: Path,
) -> None:
    """In order, like the table of running transfers: and it continues to the end."""
    with running(folder, FakeClock()) as server, UdpClient() as other:
        server.written.recorder.is_heard = False
        with UdpClient() as client:
            scene = Scene(server, FakeClock(), client)
            await scene.fetch()
        with UdpClient() as client:
            scene = Scene(server, FakeClock(), client)
            await scene.ask()
            other.ask(server.at, b"file")
            await other.data()
            first, second = server.service.transfers.values()
            whole = first.whole()
            assert list(server.service.transfers.values()) == [whole, second]
            assert first.whole() is whole.whole() is whole
            assert isinstance(second, OneBlockRead)
            client.ack(1)
            other.ack(1)
            await scene.over()
        assert server.service.recorder.counters.completed == 3
