"""Installed client programs fetch files of awkward sizes exactly."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.real_clients import (
    ALL,
    ATFTP,
    ATFTP_WINDOWS,
    CURL,
    CURL_PLAIN,
    HPA,
    HPA_NETASCII,
    PATIENCE,
    RealClient,
    finish,
)
from tests.support.serve import Serve

pytestmark = pytest.mark.net

FULL_SIZES = (1, 511, 512, 513, 5_000_000)
MANY = 20

CURL_REFUSES_EMPTY = 71
"""curl 7.88 treats tsize=0 in an OACK as an error, and writes no file."""

CURL_NOT_FOUND = 68

each_client = pytest.mark.parametrize("client", ALL, ids=str)
all_but_curl = pytest.mark.parametrize(
    "client", [client for client in ALL if client is not CURL], ids=str
)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "fetched"


@pytest.fixture(scope="module")
def ipv6_server(folder: Path) -> Iterator[Serve]:
    with Serve(folder, listen="::1") as server:
        yield server


class Fetches:
    """Many simultaneous fetches, of files of all sizes in turn."""

    def __init__(self, tmp_path: Path, clients: Sequence[RealClient]) -> None:
        self._jobs = [
            (client, size, tmp_path / f"{number}-{size}")
            for number, (client, size) in enumerate(zip(clients, cycle(FULL_SIZES)))
        ]

    def run(self, server: Serve) -> list[int]:
        """Start all, then wait for all; return their exit statuses."""
        return finish(
            [
                client.start(server.at, str(size), place)
                for client, size, place in self._jobs
            ]
        )

    def wrong(self) -> list[str]:
        """Return the names of files that did not arrive exactly."""
        return [
            place.name
            for _, size, place in self._jobs
            if place.read_bytes() != sample_bytes(size)
        ]


@pytest.mark.parametrize("size", FULL_SIZES)
@each_client
def test_a_file_arrives_exactly(
    server: Serve, client: RealClient, size: int, place: Path
) -> None:
    client.require()
    status = client.fetch(server.at, str(size), place)
    assert (status, place.read_bytes() == sample_bytes(size)) == (0, True)


@all_but_curl
def test_an_empty_file_arrives(server: Serve, client: RealClient, place: Path) -> None:
    client.require()
    status = client.fetch(server.at, "0", place)
    assert (status, place.read_bytes()) == (0, b"")


def test_curl_ends_with_71_on_an_empty_file_or_knows_better(
    server: Serve, place: Path
) -> None:
    CURL.require()
    status = CURL.fetch(server.at, "0", place)
    assert (status, place.exists()) in [(CURL_REFUSES_EMPTY, False), (0, True)]


def test_curl_without_options_fetches_an_empty_file(server: Serve, place: Path) -> None:
    CURL_PLAIN.require()
    status = CURL_PLAIN.fetch(server.at, "0", place)
    assert (status, place.read_bytes()) == (0, b"")


@each_client
def test_many_at_once(server: Serve, client: RealClient, tmp_path: Path) -> None:
    client.require()
    fetches = Fetches(tmp_path, [client] * MANY)
    assert fetches.run(server) == [0] * MANY
    assert fetches.wrong() == []


def test_all_clients_at_once(server: Serve, tmp_path: Path) -> None:
    for client in ALL:
        client.require()
    fetches = Fetches(tmp_path, ALL * (MANY // len(ALL)))
    assert fetches.run(server) == [0] * MANY
    assert fetches.wrong() == []


@pytest.mark.parametrize("client", [CURL, HPA, ATFTP], ids=str)
def test_over_ipv6(ipv6_server: Serve, client: RealClient, place: Path) -> None:
    client.require()
    status = client.fetch(ipv6_server.at, "5000000", place)
    assert (status, place.read_bytes() == sample_bytes(5_000_000)) == (0, True)


def test_netascii_comes_back_as_the_text_that_was_sent(
    server: Serve, folder: Path, place: Path
) -> None:
    HPA_NETASCII.require()
    status = HPA_NETASCII.fetch(server.at, "text", place)
    server.until("request", file="text", mode="netascii")
    assert (status, place.read_bytes()) == (0, (folder / "text").read_bytes())


@pytest.mark.parametrize("size", FULL_SIZES)
def test_a_client_with_windows(server: Serve, size: int, place: Path) -> None:
    ATFTP_WINDOWS.require()
    status = ATFTP_WINDOWS.fetch(server.at, str(size), place)
    assert (status, place.read_bytes() == sample_bytes(size)) == (0, True)


@all_but_curl
def test_a_missing_file_is_told_to_the_client(
    server: Serve, client: RealClient, place: Path
) -> None:
    client.require()
    with client.start(server.at, "missing", place) as process:
        said, _ = process.communicate(timeout=PATIENCE)
    assert "not found" in said.lower()


def test_curl_knows_that_a_file_is_missing(server: Serve, place: Path) -> None:
    CURL.require()
    assert CURL.fetch(server.at, "missing", place) == CURL_NOT_FOUND


def test_each_fetch_is_one_transfer_without_retransmissions(
    folder: Path, place: Path
) -> None:
    HPA.require()
    turns, ended = 0, {"retransmits": 1}
    with Serve(folder) as server:
        while ended["retransmits"] and turns < 3:  # it got no CPU for 0.2 s
            turns += 1
            HPA.fetch(server.at, "5000000", place)
            ended = server.until("transfer_ended", turns)
            assert len(server.of("request")) == turns
    wanted = {"outcome": "completed", "octets": 5_000_000, "blocks": 9_766}
    assert wanted.items() <= ended.items()
    assert (ended["retransmits"], ended["duplicates"], ended["strays"]) == (0, 0, 0)
