"""Findings of a running engine: in time, revised, withdrawn, limited."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.facts import refused
from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tftptui.engine.engine import Engine
from tftptui.engine.messages import ExpectSelfTest
from tftptui.findings.incidents import MOST_ALIKE
from tftptui.findings.reporting import ALARMS
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Options
from tftptui.telemetry.events import Event, Found, Refused, TransferStarted
from tftptui.telemetry.findings import FACT, LIKELY, Finding
from tftptui.telemetry.views import TransferView

TSIZE: Options = ((b"tsize", b"0"),)
EDK2: Options = ((b"tsize", b"0"), (b"blksize", b"1468"), (b"windowsize", b"4"))
FILE = sample_bytes(2_000)


class Bench:
    """An engine with its own clock, and its reports.

    Attributes:
        findings, views: the latest by number.
        events: all of them.
    """

    def __init__(self, root: Path) -> None:
        self.clock = FakeClock()
        self.events: list[Event] = []
        self._news = asyncio.Event()
        settings = settings_for(root, ports=free_range(40))
        self.engine = Engine(settings, self._keep, self.clock)
        self.findings: dict[int, Finding] = {}
        self.views: dict[int, TransferView] = {}
        self._clients = ExitStack()

    @property
    def at(self) -> Endpoint:
        return self.engine.service.listeners[0].local

    def _keep(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until_refused(self, count: int) -> None:
        """Wait until COUNT requests have been refused and reported."""
        async with asyncio.timeout(10.0):
            while sum(isinstance(one, Refused) for one in self.events) < count:
                self._news.clear()
                await self._news.wait()

    def client(self, port: int = 0) -> UdpClient:
        return self._clients.enter_context(UdpClient(port=port))

    def pass_time(self, seconds: float) -> None:
        """Advance the clock in steps, like the server's own."""
        for _ in range(round(seconds / 0.25)):
            self.clock.advance(0.25)
            self.engine.service._sweep()
            self.engine.findings.tick()
        self.look()

    def look(self) -> None:
        self.engine._tick()
        frame = self.engine.next_frame()
        if frame is not None:
            self.findings |= {one.number: one for one in frame.findings}
            self.views |= {one.number: one for one in frame.transfers}

    def codes(self) -> list[str]:
        return [one.code for one in self.findings.values()]

    def journal(self) -> list[Found]:
        return [event for event in self.events if isinstance(event, Found)]

    async def close(self) -> None:
        await self.engine.stop()
        self._clients.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    (tmp_path / "file").write_bytes(FILE)
    bench = Bench(tmp_path)
    await bench.engine.start()
    yield bench
    await bench.close()


@pytest.fixture
def low_ports() -> range:
    """Return ports below Linux's ephemeral range, consecutive."""
    found = free_range(3)
    return range(found.first, found.last + 1)


async def ask_in_vain(bench: Bench, ports: range, options: Options = TSIZE) -> None:
    """Send requests from consecutive ports, 2 s apart, and receive nothing."""
    for port in ports:
        client = bench.client(port)
        client.ask(bench.at, b"file", options=options)
        await client.oack()
        bench.pass_time(2.0)


async def test_answers_that_do_not_arrive_are_found(
    bench: Bench, low_ports: range
) -> None:
    await ask_in_vain(bench, low_ports)
    (finding,) = bench.findings.values()
    assert (finding.code, finding.confidence) == ("answers-blocked", LIKELY)
    assert finding.transfers == [1, 2, 3]
    assert {one.knob: one.verdict for one in finding.helps}["port-range"] == "unknown"
    assert finding.ports
    assert f"ports {finding.ports.replace('-', '–')} to" in finding.remedies[0].text


async def test_it_is_found_while_the_client_is_still_trying(
    bench: Bench, low_ports: range
) -> None:
    await ask_in_vain(bench, low_ports[:2])
    assert bench.codes() == ["answers-blocked"]


async def test_another_client_that_works_makes_it_a_fact(
    bench: Bench, low_ports: range
) -> None:
    await ask_in_vain(bench, low_ports)
    assert await bench.client(free_high()).read(bench.at, b"file", TSIZE) == FILE
    bench.pass_time(1.0)
    (finding,) = bench.findings.values()
    assert (finding.code, finding.confidence) == ("client-port-blocked", FACT)
    assert (finding.revises, finding.number) == ("answers-blocked", 1)
    (before,) = finding.history
    assert (before.code, before.confidence) == ("answers-blocked", LIKELY)
    assert before.told < finding.turned == finding.found
    assert [event.code for event in bench.journal()][-1] == "client-port-blocked"


def free_high() -> int:
    """Return a free port in Linux's ephemeral range."""
    with UdpClient() as client:
        return client.local.port


async def test_it_is_withdrawn_when_a_retry_works(
    bench: Bench, low_ports: range
) -> None:
    await ask_in_vain(bench, low_ports[:2])
    client = bench.client(low_ports[2])
    client.ask(bench.at, b"file", options=TSIZE)
    await client.oack()
    client.ack(0)
    for _ in range(4):
        client.ack((await client.data()).block16)
    await until_ended(bench)
    bench.pass_time(1.0)
    (finding,) = bench.findings.values()
    assert "third" in finding.withdrawn
    assert finding.turned == finding.found
    assert [one.code for one in finding.history] == ["answers-blocked"]
    assert bench.journal()[-1].withdrawn
    assert bench.views[3].story.endswith("received at the third try.")


async def test_a_story_is_told_on_every_try(bench: Bench, low_ports: range) -> None:
    await ask_in_vain(bench, low_ports)
    assert {view.story for view in bench.views.values()} == {bench.views[1].story}
    assert bench.views[1].story.startswith("requested 3 times, from ports")


async def test_a_quiet_client_gets_our_answer_and_we_not_its_acks(
    bench: Bench,
) -> None:
    client = bench.client()
    client.ask(bench.at, b"file", options=TSIZE)
    await client.oack()
    bench.pass_time(20.0)
    assert bench.codes() == ["acks-blocked"]


async def test_a_size_probe_is_no_alarm(bench: Bench) -> None:
    client = bench.client()
    client.ask(bench.at, b"file", options=EDK2)
    await client.oack()
    client.leave("User aborted the transfer")
    await until_ended(bench)
    bench.pass_time(20.0)
    (finding,) = bench.findings.values()
    assert (finding.code, finding.is_alarm) == ("size-probe", False)


async def until_ended(bench: Bench) -> None:
    """Let the server process packets to a transfer."""
    for transfer in list(bench.engine.service.transfers.values()):
        transfer.readable()


async def test_what_works_is_not_found_fault_with(bench: Bench) -> None:
    for _ in range(5):
        assert await bench.client().read(bench.at, b"file") == FILE
        bench.pass_time(1.0)
    assert (bench.findings, bench.journal()) == ({}, [])
    assert {view.story for view in bench.views.values()} == {""}


async def test_the_journal_tells_the_client_program(bench: Bench) -> None:
    client = bench.client()
    client.ask(bench.at, b"file", options=((b"windowsize", b"8"),))
    await client.oack()
    (started,) = [one for one in bench.events if isinstance(one, TransferStarted)]
    assert started.signature is not None
    assert started.signature.kind == "atftp"


async def test_evidence_that_only_grows_is_not_journalled_again(
    bench: Bench, low_ports: range
) -> None:
    await ask_in_vain(bench, low_ports)
    before = len(bench.journal())
    bench.pass_time(6.0)
    assert len(bench.journal()) == before


async def test_nothing_is_found_in_what_the_server_itself_ends(
    bench: Bench,
) -> None:
    client = bench.client()
    client.ask(bench.at, b"file", options=TSIZE)
    await client.oack()
    await bench.engine.stop()
    bench.look()
    assert (bench.findings, bench.journal()) == ({}, [])


async def miss(bench: Bench, *names: bytes) -> None:
    """Request a missing file."""
    for count, name in enumerate(names, 1):
        client = bench.client()
        client.ask(bench.at, name)
        await client.error()
        await bench.until_refused(count)
        bench.clock.advance(0.1)


async def test_a_missing_file_is_told_with_what_is_there(bench: Bench) -> None:
    await miss(bench, b"FILE")
    bench.look()
    (finding,) = bench.findings.values()
    assert (finding.code, finding.confidence) == ("file-case", FACT)
    assert finding.headline.endswith(
        "requested FILE: no such file. Did you mean file (case differs)?"
    )


CONFIGS = [b"01-aa-bb-cc-dd-ee-ff", *(b"0A000425"[:size] for size in range(8, 0, -1))]


async def test_a_healthy_boot_misses_names_in_silence(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "pxelinux.cfg").mkdir()
    (tmp_path / "pxelinux.cfg" / "default").write_bytes(FILE)
    await miss(bench, *(b"pxelinux.cfg/" + name for name in CONFIGS))
    assert await bench.client().read(bench.at, b"pxelinux.cfg/default") == FILE
    await until_ended(bench)
    bench.pass_time(30.0)
    assert bench.findings == {}


async def test_a_boot_that_finds_no_configuration_is_told_once(bench: Bench) -> None:
    names = (*CONFIGS, b"default")
    await miss(bench, *(b"pxelinux.cfg/" + name for name in names))
    bench.pass_time(30.0)
    (finding,) = bench.findings.values()
    assert finding.code == "file-missing"
    assert "looked for 10 names" in finding.headline


async def test_a_file_that_comes_later_is_there(bench: Bench, tmp_path: Path) -> None:
    await miss(bench, b"later")
    bench.look()
    (tmp_path / "later").write_bytes(FILE)
    assert await bench.client().read(bench.at, b"later") == FILE
    await until_ended(bench)
    bench.pass_time(1.0)
    tid = bench.views[1].client_tid
    assert [one.withdrawn for one in bench.findings.values()] == [
        f"the file exists now; received on the client's port {tid}"
    ]


async def test_a_flood_of_misses_is_told_within_bounds(bench: Bench) -> None:
    for number in range(300):
        bench.engine.findings.take(refused("not-found", file=f"x{number}"))
    bench.pass_time(2.0)
    assert len(bench.findings) == MOST_ALIKE


async def test_a_flood_from_everywhere_is_told_within_bounds(bench: Bench) -> None:
    for number in range(1_000):
        client = f"10.{number % 200}.{number // 200}.1"
        bench.engine.findings.take(refused("not-found", client=client))
    bench.pass_time(2.0)
    assert len(bench.findings) <= ALARMS.burst + 3 * ALARMS.per_second


async def test_a_low_port_that_works_does_not_unmake_what_is_known_of_others(
    bench: Bench,
) -> None:
    ports = free_range(40)
    await ask_in_vain(bench, range(ports.first, ports.first + 2))
    assert await bench.client(free_high()).read(bench.at, b"file", TSIZE) == FILE
    await until_ended(bench)
    bench.pass_time(20.0)
    assert await bench.client(ports.last).read(bench.at, b"file") == FILE
    await until_ended(bench)
    bench.pass_time(2.0)
    (finding,) = bench.findings.values()
    assert (finding.code, finding.confidence) == ("client-port-blocked", FACT)
    assert not finding.withdrawn
    assert str(ports.last) in finding.headline


async def test_wanting_ports_pass_when_nobody_has_missed_one_for_a_while(
    bench: Bench,
) -> None:
    begun = bench.clock.wall()
    for client in ("10.0.4.21", "10.0.4.22"):
        event = refused("ports-exhausted", client=client)
        event = msgspec.structs.replace(event, time=begun)
        bench.engine.findings.take(event)
        bench.pass_time(1.0)
    (finding,) = bench.findings.values()
    assert (finding.code, finding.withdrawn) == ("range-exhausted", "")
    bench.pass_time(15.0)
    assert not bench.findings[1].withdrawn
    bench.pass_time(10.0)
    assert "found a free port" in bench.findings[1].withdrawn
    assert list(bench.findings) == [1]


async def test_a_self_test_that_is_refused_is_no_client_s_trouble(bench: Bench) -> None:
    own = bench.client()
    bench.engine.carry_out(ExpectSelfTest([own.local.port]))
    own.ask(bench.at, b"gone")
    await bench.until_refused(1)
    bench.pass_time(1.0)
    assert bench.codes() == []
    bench.client().ask(bench.at, b"gone")
    await bench.until_refused(2)
    bench.pass_time(1.0)
    assert bench.codes() == ["file-missing"]
