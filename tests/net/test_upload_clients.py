"""Installed client programs upload files of awkward sizes exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

import pytest

from tests.net.conftest import SIZES
from tests.support.builders import sample_bytes
from tests.support.real_clients import finish
from tests.support.serve import Serve
from tests.support.upload_scene import hidden_in
from tests.support.uploaders import (
    ALL,
    ATFTP,
    ATFTP_OPTIONS,
    BLOCK_SIZE,
    BUSYBOX,
    CURL,
    HPA,
    HPA_NETASCII,
    WINDOW,
    Uploader,
)

pytestmark = pytest.mark.net

MANY = 10

CURL_DENIED, CURL_EXISTS = "curl: (69)", "curl: (73)"
"""curl has its own texts; these are its statuses for ERROR 2 and 6."""

each_client = pytest.mark.parametrize("client", ALL, ids=str)


@dataclass
class Desk:
    """A server that takes uploads, and their folder."""

    server: Serve
    root: Path

    def __post_init__(self) -> None:
        self._numbers = count()

    def name(self) -> str:
        """Return an unused name."""
        return f"new{next(self._numbers)}"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    root = tmp_path_factory.mktemp("uploads")
    with Serve(root, "--write", "new") as server:
        yield Desk(server, root)
        assert server.stop() == 0
    assert hidden_in(root) == []


@pytest.mark.parametrize("size", SIZES)
@each_client
def test_a_file_arrives_exactly(
    desk: Desk, folder: Path, client: Uploader, size: int
) -> None:
    client.require()
    name = desk.name()
    status, said = client.put(desk.server.at, name, folder / str(size))
    ended = desk.server.until("transfer_ended", file=name)
    assert (desk.root / name).read_bytes() == sample_bytes(size)
    assert (status, ended["outcome"]) == (0, "completed"), said


@pytest.mark.parametrize("size", SIZES)
def test_a_client_with_windows(desk: Desk, folder: Path, size: int) -> None:
    ATFTP_OPTIONS.require()
    name = desk.name()
    status, said = ATFTP_OPTIONS.put(desk.server.at, name, folder / str(size))
    agreed = {"blksize": str(BLOCK_SIZE), "windowsize": str(WINDOW)}
    desk.server.until("transfer_started", file=name, agreed=agreed)
    assert status == 0, said
    assert (desk.root / name).read_bytes() == sample_bytes(size)


def test_netascii_arrives_as_the_text_that_was_sent(desk: Desk, folder: Path) -> None:
    HPA_NETASCII.require()
    name = desk.name()
    status, said = HPA_NETASCII.put(desk.server.at, name, folder / "text")
    desk.server.until("request", file=name, mode="netascii")
    assert status == 0, said
    assert (desk.root / name).read_bytes() == (folder / "text").read_bytes()


def test_many_at_once(desk: Desk, folder: Path) -> None:
    for client in ALL:
        client.require()
    jobs = [(desk.name(), c, s) for s, c in zip(SIZES[1:] * 2, cycle(ALL))][:MANY]
    at = desk.server.at
    begun = [client.start(at, name, folder / str(size)) for name, client, size in jobs]
    assert finish(begun) == [0] * MANY
    arrived = [
        (desk.root / name).read_bytes() == sample_bytes(s) for name, _, s in jobs
    ]
    assert arrived == [True] * MANY


@pytest.mark.parametrize("client", [CURL, HPA], ids=str)
def test_over_ipv6(folder: Path, tmp_path: Path, client: Uploader) -> None:
    client.require()
    with Serve(tmp_path, "--write", "new", listen="::1") as server:
        status, said = client.put(server.at, "new", folder / "5000000")
    assert status == 0, said
    assert (tmp_path / "new").read_bytes() == sample_bytes(5_000_000)


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (HPA, "uploads are off"),
        (BUSYBOX, "uploads are off"),
        (ATFTP, "uploads are off"),
        (CURL, CURL_DENIED),
    ],
    ids=str,
)
def test_where_none_is_taken_people_read_why(
    server: Serve, folder: Path, client: Uploader, words: str
) -> None:
    client.require()
    _, said = client.put(server.at, "new", folder / "513")
    assert words in said
    assert not (folder / "new").exists()


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (HPA, "file already exists"),
        (BUSYBOX, "file already exists"),
        (ATFTP, "file already exists"),
        (CURL, CURL_EXISTS),
    ],
    ids=str,
)
def test_where_a_file_exists_people_read_why(
    desk: Desk, folder: Path, client: Uploader, words: str
) -> None:
    client.require()
    name = desk.name()
    (desk.root / name).write_bytes(b"theirs")
    _, said = client.put(desk.server.at, name, folder / "513")
    assert words in said
    assert (desk.root / name).read_bytes() == b"theirs"


def test_a_client_that_is_killed_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    HPA.require()
    with Serve(tmp_path, "--write", "new", "--bandwidth", "1M") as server:
        with HPA.start(server.at, "new", folder / "5000000") as process:
            server.until("transfer_started")
            process.kill()
            process.communicate()
        ended = server.until("transfer_ended")
        assert server.stop() == 0
    port = ended["client_tid"]
    assert ended["error"] == f"the client closed its port {port}"
    assert list(tmp_path.iterdir()) == []
