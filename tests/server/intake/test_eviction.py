"""Which transfer is evicted when the system has no descriptor left."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.net

_SERVE = """
import asyncio, os, resource, sys
from pathlib import Path

from tests.support.clock import FakeClock
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tftptui.server.intake.eviction import GRACE

async def main(root, spare):
    clock = FakeClock()
    with running(root, clock) as server, UdpClient() as client:
        silent = [UdpClient() for _ in range(4)]
        for one in silent:
            one.ask(server.at, b"file")
            await one.data()
        clock.advance(GRACE)
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        lowest = os.dup(0)
        os.close(lowest)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + spare, hard))
        client.ask(server.at, b"other")
        packet = await client.receive()
        print(type(packet).__name__, server.service.recorder.counters.evicted > 0)

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
"""


@pytest.mark.parametrize("spare", [0, 1], ids=["no-file", "no-socket"])
def test_an_unproven_transfer_makes_way_when_descriptors_run_out(
    tmp_path: Path, spare: int
) -> None:
    (tmp_path / "file").write_bytes(bytes(2_000))
    (tmp_path / "other").write_bytes(b"other")
    ended = subprocess.run(
        [sys.executable, "-c", _SERVE, str(tmp_path), str(spare)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.stdout.split() == ["Data", "True"], ended.stderr
