"""Limits as seen by a real client."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve

pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed"),
]

FILE = sample_bytes(300_000)
RATE = 1_000_000
BURST = 20_000
PATIENCE = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").write_bytes(FILE)
    return tmp_path / "root"


def curl(server: Serve, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = ["curl", "-sS", *options, f"tftp://{server.at}/file"]
    return subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)


@pytest.mark.parametrize("option", ["--bandwidth", "--transfer-bandwidth"])
@pytest.mark.parametrize("block_size", ["512", "8192"])
def test_a_file_arrives_whole_and_not_before_its_time(
    folder: Path, option: str, block_size: str
) -> None:
    with Serve(folder, option, "1M") as server:
        assert curl(server, "--tftp-blksize", block_size).stdout == FILE
        ended = server.until("transfer_ended")
        assert (ended["outcome"], ended["retransmits"]) == ("completed", 0)
        assert ended["seconds"] >= (len(FILE) - BURST) / RATE


def test_an_upload_arrives_whole_and_not_before_its_time(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "sent").write_bytes(FILE)
    with Serve(folder, "--write", "overwrite", "--bandwidth", "1M") as server:
        curl(server, "--tftp-blksize", "8192", "-T", str(tmp_path / "sent"))
        ended = server.until("transfer_ended")
        assert (ended["outcome"], ended["direction"]) == ("completed", "write")
        assert (folder / "file").read_bytes() == FILE
        # The last block is acknowledged at once.
        assert ended["seconds"] >= (len(FILE) - BURST - 8_192) / RATE


def test_a_denied_client_hears_why(folder: Path) -> None:
    with Serve(folder, "--deny", "127.0.0.0/8") as server:
        done = curl(server)
        assert done.returncode == 69, done  # permission problem on the server
        refused = server.until("refused", reason="denied")
        assert refused["message"] == "127.0.0.1 is not allowed by this server"


def test_a_client_beyond_the_allowed_is_denied(folder: Path) -> None:
    with Serve(folder, "--allow", "192.0.2.0/24") as server:
        assert curl(server).returncode == 69
        server.until("refused", reason="denied")


def test_an_allowed_client_is_served(folder: Path) -> None:
    with Serve(folder, "--allow", "192.0.2.0/24", "--allow", "127.0.0.1") as server:
        assert curl(server).stdout == FILE
