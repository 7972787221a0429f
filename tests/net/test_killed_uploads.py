"""A server killed during an upload, and the next one on the same root."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tftptui.server.transfer.leftover_uploads import MIN_AGE

pytestmark = pytest.mark.net

BEFORE = 1_000_000_000.0
"""Seconds of the wall clock: years before any test run."""

REMOVED = "removed 1 unfinished upload left by a killed server: {}"


async def test_the_next_server_removes_the_unfinished_upload_and_says_so(
    tmp_path: Path,
) -> None:
    with Serve(tmp_path, "--write", "new") as server, UdpClient() as client:
        client.offer(server.at, b"core.cfg")
        await client.acked()
        client.block(1, sample_bytes(512))
        await client.acked()
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
    (hidden,) = os.listdir(tmp_path)  # noqa: PTH208 - names only
    os.utime(tmp_path / hidden, (BEFORE, BEFORE))
    with Serve(tmp_path, "--write", "new") as server:
        server.until("warning", message=REMOVED.format(hidden))
        assert os.listdir(tmp_path) == []  # noqa: PTH208


async def test_one_that_is_started_at_once_removes_it_a_little_later(
    tmp_path: Path,
) -> None:
    hidden = tmp_path / ".tftptui-core.cfg.0123"
    hidden.touch()
    recently = time.time() - MIN_AGE + 4.0  # noqa: TID251 - of a file
    os.utime(hidden, (recently, recently))  # too recent when the server starts
    with Serve(tmp_path, "--write", "new") as server:
        server.until("warning", message=REMOVED.format(hidden.name))
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names only
