"""Scrapes: the replies, to which clients, and that no client blocks the server."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.clock import FakeClock
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tftptui.engine.client import EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.recording.metrics import (
    LONGEST_ASKING,
    MOST_AT_ONCE,
    Metrics,
    url_of,
)
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.metrics import Measures

pytestmark = pytest.mark.net

MEASURES = Measures(version="1", began=0.0, counters=Counters(requests=7))


@pytest.fixture
def port() -> int:
    """Return a TCP port of this host that was just free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
async def metrics(port: int) -> AsyncIterator[Metrics]:
    metrics = Metrics(lambda: MEASURES)
    await metrics.start(str(port))
    yield metrics
    await metrics.stop()


async def asked(port: int, request: bytes) -> tuple[str, bytes]:
    """Return head and body of the reply; both empty if the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    try:
        answer = await reader.read()
    except ConnectionResetError:
        answer = b""
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode(), body


@pytest.mark.usefixtures("metrics")
async def test_the_totals_are_told(port: int) -> None:
    head, body = await asked(port, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert f"Content-Length: {len(body)}" in head
    assert b"\ntftptui_requests_total 7.0\n" in body


@pytest.mark.usefixtures("metrics")
async def test_openmetrics_is_told_to_who_asks_for_it(port: int) -> None:
    accept = b"ACCEPT: application/openmetrics-text; version=1.0.0\r\n"
    head, body = await asked(port, b"GET /metrics?x=1 HTTP/1.1\r\n" + accept + b"\r\n")
    assert "Content-Type: application/openmetrics-text; version=1.0.0" in head
    assert body.endswith(b"# EOF\n")


@pytest.mark.usefixtures("metrics")
@pytest.mark.parametrize(
    ("line", "status", "body"),
    [
        (b"HEAD /metrics HTTP/1.1", "200 OK", b""),
        (b"GET / HTTP/1.1", "404 Not Found", b"the metrics are at /metrics\n"),
        (b"HEAD / HTTP/1.1", "404 Not Found", b""),
        (b"POST /metrics HTTP/1.1", "405 Method Not Allowed", b"only GET and HEAD\n"),
        (b"\xff\0", "405 Method Not Allowed", b"only GET and HEAD\n"),
    ],
)
async def test_other_requests_are_told_better(
    port: int, line: bytes, status: str, body: bytes
) -> None:
    head, told = await asked(port, line + b"\r\n\r\n")
    assert (head.partition("\r\n")[0], told) == (f"HTTP/1.1 {status}", body)


@pytest.mark.usefixtures("metrics")
async def test_who_asks_for_too_much_is_hung_up_on(port: int) -> None:
    assert await asked(port, b"GET /" + b"x" * 3 * LONGEST_ASKING) == ("", b"")


async def test_who_asks_too_slowly_is_hung_up_on(port: int) -> None:
    metrics = Metrics(lambda: MEASURES, patience=0.05)
    await metrics.start(f"127.0.0.1:{port}")
    assert await asked(port, b"GET /metrics HTT") == ("", b"")
    await metrics.stop()


@pytest.mark.usefixtures("metrics")
async def test_a_crowd_does_not_keep_others_for_good(port: int) -> None:
    crowd = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_AT_ONCE)
    ]
    wanted = b"GET /metrics HTTP/1.1\r\n\r\n"
    assert await asked(port, wanted) == ("", b"")
    for _, writer in crowd:
        writer.close()
        await writer.wait_closed()
    while not (await asked(port, wanted))[1]:
        pass  # until it has noticed that they left


async def test_after_the_end_nobody_is_answered(port: int) -> None:
    metrics = Metrics(lambda: MEASURES)
    await metrics.start(f"127.0.0.1:{port}")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await metrics.stop()
    assert await reader.read() == b""
    writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.usefixtures("metrics")
async def test_a_port_that_is_taken_is_told(port: int) -> None:
    with pytest.raises(EngineError, match="has that port") as caught:
        await Metrics(lambda: MEASURES).start(str(port))
    said = str(caught.value)
    assert f"(pid {os.getpid()})" in said
    other = int(said.rpartition("--metrics ")[2])
    assert port < other <= port + 20


async def test_a_port_for_requests_that_is_taken_is_told_first(
    tmp_path: Path, port: int
) -> None:
    with (
        socket.create_server(("127.0.0.1", port)),
        socket.socket(type=socket.SOCK_DGRAM) as holder,
    ):
        holder.bind(("127.0.0.1", 0))
        taken = holder.getsockname()[1]
        settings = settings_for(tmp_path, metrics=str(port), port=taken)
        with pytest.raises(EngineError, match=f"{taken} on 127.0.0.1 is in use"):
            await Engine(settings).start()


async def test_an_address_of_others_is_told() -> None:
    with pytest.raises(EngineError, match="this host has no such address"):
        await Metrics(lambda: MEASURES).start("192.0.2.1:9469")


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("9469", "http://127.0.0.1:9469/metrics"),
        (":9469", "http://127.0.0.1:9469/metrics"),
        ("[::1]:9469", "http://[::1]:9469/metrics"),
    ],
)
def test_where_they_are_is_told(place: str, url: str) -> None:
    assert url_of(place) == url


async def test_what_has_to_be_installed_is_told(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "tftptui.telemetry.metrics")
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(EngineError, match="-m pip install prometheus-client"):
        await Metrics(lambda: MEASURES).start(str(port))


async def test_an_engine_tells_what_it_did(tmp_path: Path, port: int) -> None:
    (tmp_path / "file").write_bytes(bytes(700))
    engine = Engine(settings_for(tmp_path, metrics=f"127.0.0.1:{port}"))
    await engine.start()
    with UdpClient() as client:
        at = engine.service.listeners[0].local
        client.ask(at, b"file")
        await client.data()
        _, body = await asked(port, b"GET /metrics HTTP/1.1\r\n\r\n")
    await engine.stop()
    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
    }
    ports = engine.service.pool.ports
    assert told["tftptui_requests_total",] == 1
    assert told["tftptui_transfers_active",] == 1
    assert told["tftptui_data_bytes_total", "sent"] == 512
    assert told["tftptui_ports", "used"] == 1
    assert told["tftptui_ports", "free"] == len(ports) - 1


async def test_what_stands_still_is_counted(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(700))
    clock = FakeClock()
    engine = Engine(settings_for(tmp_path), None, clock)
    await engine.start()
    with UdpClient() as client:
        client.ask(engine.service.listeners[0].local, b"file")
        await client.data()
        assert engine._measures().stalled == 0
        for _ in range(2):
            clock.advance(10.0)
            await client.data()
        assert engine._measures().stalled == 1
        client.ack(1)
        await client.data()
        assert engine._measures().stalled == 0
    await engine.stop()


async def test_an_engine_without_its_place_takes_no_requests(
    tmp_path: Path, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        engine = Engine(settings_for(tmp_path, metrics=str(port)))
        with pytest.raises(EngineError, match="no metrics at"):
            await engine.start()
    assert not engine.service.listeners


async def test_the_place_is_given_back_when_the_engine_can_not_begin(
    tmp_path: Path, port: int
) -> None:
    engine = Engine(settings_for(tmp_path / "none", metrics=str(port)))
    with pytest.raises(EngineError, match="none"):
        await engine.start()
    with socket.create_server(("127.0.0.1", port)):
        pass
