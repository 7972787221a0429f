"""A server with few descriptors: only clients that come too late are refused."""

import contextlib
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tftptui.protocol.packets import Data, ErrorPacket

pytestmark = pytest.mark.net

LIMIT = 64
FEW_FILES = ["sh", "-c", f'ulimit -n {LIMIT}; exec "$@"', "sh"]


async def test_beyond_the_limit_of_open_files_requests_are_refused_in_words(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    (tmp_path / "other").write_bytes(sample_bytes(600))
    with (
        Serve(tmp_path, within=FEW_FILES) as server,
        contextlib.ExitStack() as stack,
    ):
        at = server.at
        clients = [stack.enter_context(UdpClient()) for _ in range(LIMIT)]
        served, refused = [], []
        for client in clients:
            client.ask(at, b"file")
            answer = await client.receive()
            if isinstance(answer, Data):  # acknowledged, so it is not evicted
                client.ack(1)
                assert (await client.data()).block16 == 2
                served.append(client)
            else:
                assert isinstance(answer, ErrorPacket)
                refused.append(answer)
        assert served
        assert refused
        assert {answer.code for answer in refused} == {0}
        assert all(b"open files" in answer.message.lower() for answer in refused)
        for client in served:  # they continue
            client.ack(2)
            while (await client.data()).block16 != 3:
                pass  # block 2 again: the others took a while
            client.leave()
        server.until("transfer_ended", len(served))
        assert await clients[-1].read(at, b"other") == sample_bytes(600)
