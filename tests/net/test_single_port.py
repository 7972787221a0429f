"""Installed client programs, and a server in single-port mode."""

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from tests.support import real_clients as fetchers
from tests.support import uploaders
from tests.support.builders import sample_bytes
from tests.support.real_clients import ATFTP_WINDOWS, RealClient, finish
from tests.support.serve import Serve
from tests.support.uploaders import Uploader

pytestmark = pytest.mark.net

SIZES = (1, 512, 5_000_000)
MANY = 12

FETCHERS = (*fetchers.ALL, ATFTP_WINDOWS)
UPLOADERS = (*uploaders.ALL, uploaders.ATFTP_OPTIONS)


@pytest.fixture(scope="module")
def single(folder: Path) -> Iterator[Serve]:
    """Yield a server in single-port mode."""
    with Serve(folder, "--single-port", "--write", "overwrite") as server:
        yield server
        assert server.stop() == 0
    tids = {line["server_tid"] for line in server.of("transfer_ended")}
    assert tids == {server.at.port}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("client", FETCHERS)
def test_a_file_is_fetched_exactly(
    single: Serve, client: RealClient, size: int, tmp_path: Path
) -> None:
    client.require()
    status = client.fetch(single.at, str(size), tmp_path / "fetched")
    assert (status, (tmp_path / "fetched").read_bytes() == sample_bytes(size)) == (
        0,
        True,
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("client", UPLOADERS)
def test_a_file_is_brought_exactly(
    single: Serve, folder: Path, client: Uploader, size: int
) -> None:
    client.require()
    status, said = client.put(single.at, "brought", folder / str(size))
    assert status == 0, said
    assert (folder / "brought").read_bytes() == sample_bytes(size)


def test_many_at_once_are_told_apart(single: Serve, tmp_path: Path) -> None:
    for client in fetchers.ALL:
        client.require()
    jobs = [
        (client, size, tmp_path / f"{number}")
        for number, client, size in zip(range(MANY), cycle(fetchers.ALL), cycle(SIZES))
    ]
    begun = [client.start(single.at, str(size), place) for client, size, place in jobs]
    assert finish(begun) == [0] * MANY
    assert [p.read_bytes() == sample_bytes(size) for _, size, p in jobs] == [
        True
    ] * MANY


@pytest.mark.parametrize("client", fetchers.ALL[1:], ids=str)
def test_a_missing_file_is_told(
    single: Serve, client: RealClient, tmp_path: Path
) -> None:
    client.require()
    with client.start(single.at, "missing", tmp_path / "fetched") as process:
        said, _ = process.communicate(timeout=fetchers.PATIENCE)
    assert "not found" in said.lower()
