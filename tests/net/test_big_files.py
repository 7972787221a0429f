"""More blocks than 16-bit numbers, and more bytes than 32 bits count."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve, environment
from tftptui.client.run import run
from tftptui.client.transfer_order import Order, Result
from tftptui.protocol.commands import Outcome
from tftptui.protocol.offer import Offer

pytestmark = pytest.mark.net

BLOCK = 65_464
HUGE = 4 * 2**30 + 10 * 2**20 + 3
"""Bytes: beyond 32 bits, and beyond block 65535."""

MARK = sample_bytes(1_000)
PLACES = (0, 65_535 * BLOCK - 500, 2**32 - 500, HUGE - len(MARK))
"""The positions of the mark in an otherwise empty file."""

TWICE = 8 * 2 * 65_600 + 3
"""Bytes for which the smallest blocks wrap around twice."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    with (root / "huge").open("wb") as file:
        for place in PLACES:
            file.seek(place)
            file.write(MARK)
    (root / "long").write_bytes(sample_bytes(TWICE))
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Serve]:
    with Serve(root, "--write", "overwrite") as server:
        yield server
        assert server.stop() == 0


def exchange(server: Serve, file: str, local: Path, *, is_write: bool) -> Result:
    """Transfer a file in the smallest blocks."""
    at = server.at
    order = Order(
        is_write=is_write,
        host=at.host,
        port=at.port,
        file=file.encode(),
        local=str(local),
        offer=Offer(total_size=0, block_size=8, window=64),
    )
    return run(order)


def marks_in(stream: subprocess.Popen[bytes]) -> tuple[int, list[bytes]]:
    """Return how many bytes a program writes, and those at PLACES."""
    assert stream.stdout is not None
    seen, found = 0, [b""] * len(PLACES)
    while piece := stream.stdout.read(2**20):
        for number, place in enumerate(PLACES):
            start, end = place - seen, place + len(MARK) - seen
            if start < len(piece) and end > 0:
                found[number] += piece[max(0, start) : end]
        seen += len(piece)
    return seen, found


def test_more_than_4_gib_are_read_whole(server: Serve) -> None:
    at = server.at
    words = ["get", at.host, "--port", str(at.port), "huge", "-", "--quiet"]
    options = ["--blksize", str(BLOCK), "--windowsize", "16"]
    command = [sys.executable, "-m", "tftptui", *words, *options]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE
    ) as process:
        bytes_read, found = marks_in(process)
    ended = server.until("transfer_ended", file="huge")
    assert (process.returncode, bytes_read) == (0, HUGE)
    assert found == [MARK] * len(PLACES)
    assert (ended["octets"], ended["blocks"]) == (HUGE, HUGE // BLOCK + 1)


def test_block_numbers_wrap_twice_in_a_read(server: Serve, tmp_path: Path) -> None:
    result = exchange(server, "long", tmp_path / "long", is_write=False)
    assert (result.outcome, result.error) == (Outcome.COMPLETED, "")
    assert (tmp_path / "long").read_bytes() == sample_bytes(TWICE)


def test_block_numbers_wrap_twice_in_a_write(
    server: Serve, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "long").write_bytes(sample_bytes(TWICE))
    result = exchange(server, "brought", tmp_path / "long", is_write=True)
    assert (result.outcome, result.error) == (Outcome.COMPLETED, "")
    assert (root / "brought").read_bytes() == sample_bytes(TWICE)
