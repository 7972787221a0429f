"""A classroom boots: many simultaneous requests."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient

pytestmark = pytest.mark.net

CLIENTS = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    return tmp_path


async def test_no_request_of_a_burst_is_lost(folder: Path) -> None:
    with Serve(folder, ports=CLIENTS) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(UdpClient()) for _ in range(CLIENTS)]
        at = server.at
        async with asyncio.timeout(30.0):
            contents = await asyncio.gather(*[c.read(at, b"file") for c in clients])
        server.until("transfer_ended", CLIENTS)
    ended = server.of("transfer_ended")
    assert set(contents) == {sample_bytes(2_000)}
    assert len(server.of("request")) == CLIENTS
    assert {line["outcome"] for line in ended} == {"completed"}
    assert sum(line["retransmits"] for line in ended) == 0
    assert len({line["server_tid"] for line in ended}) == CLIENTS


async def test_requests_sent_before_any_is_answered_are_all_answered(
    folder: Path,
) -> None:
    with Serve(folder, ports=CLIENTS) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(UdpClient()) for _ in range(CLIENTS)]
        for client in clients:
            client.ask(server.at, b"file")
        firsts = [(await client.data()).block16 for client in clients]
        for client in clients:
            client.leave()
        server.until("transfer_ended", CLIENTS)
    assert firsts == [1] * CLIENTS
