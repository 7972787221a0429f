"""The PyPI package tftp as a client: each of its options, in both directions.

Its command line needs another package, which only calls what is called here.
"""

import asyncio
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tftp

from tests.support.builders import sample_bytes
from tests.support.serve import Serve

pytestmark = pytest.mark.net

FILE = sample_bytes(20_000)
TEXT = b"one\ntwo\r\nthree\rfour\0\n" * 500 + b"the end\r"
PLAIN: dict[str, Any] = {"blksize": None, "tsize": False, "timeout_option": False}
SIZES = (0, 1, 511, 512, 513, 1_428, 100_000)

OPTIONS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({}, {}),
    ({"blksize": 8}, {"blksize": "8"}),
    ({"blksize": 1_428}, {"blksize": "1428"}),
    ({"blksize": 65_464}, {"blksize": "65464"}),
    ({"windowsize": 1}, {"windowsize": "1"}),
    ({"windowsize": 16}, {"windowsize": "16"}),
    ({"windowsize": 100}, {"windowsize": "64"}),
    ({"blksize": 1_428, "windowsize": 8}, {"blksize": "1428", "windowsize": "8"}),
    ({"tsize": True}, {"tsize": str(len(FILE))}),
    ({"timeout_option": True, "timeout": 3}, {"timeout": "3"}),
    (
        {"timeout_option": True, "timeout": 0.5, "utimeout": True},
        {"utimeout": "500000"},
    ),
    ({"rollover": 0}, {"rollover": "0"}),
    ({"rollover": 1}, {"rollover": "1"}),
    ({"extra_options": {"blksize2": "1024", "cookie": "1"}}, {}),
]
"""Options of the client, and the options that must be agreed then."""

each_option = pytest.mark.parametrize(
    ("asked", "agreed"), OPTIONS, ids=[str(asked) for asked, _ in OPTIONS]
)


@dataclass
class Place:
    """A server that takes uploads, and its folder."""

    server: Serve
    root: Path

    def client(self, **options: Any) -> tftp.TFTPClient:
        at = self.server.at
        return tftp.TFTPClient(at.host, at.port, **(PLAIN | options))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("root")
    with Serve(root, "--write", "overwrite") as server:
        yield Place(server, root)
        assert server.stop() == 0


@each_option
def test_get(place: Place, asked: dict[str, Any], agreed: dict[str, str]) -> None:
    (place.root / "file").write_bytes(FILE)
    arrived = io.BytesIO()
    result = place.client(**asked).download("file", arrived)
    assert arrived.getvalue() == FILE
    assert (result.negotiated.options, result.retransmits) == (agreed, 0)


@each_option
def test_put(place: Place, asked: dict[str, Any], agreed: dict[str, str]) -> None:
    result = place.client(**asked).put("brought", FILE)
    assert (place.root / "brought").read_bytes() == FILE
    assert (result.negotiated.options, result.retransmits) == (agreed, 0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("options", [PLAIN, {"blksize": 1_428, "tsize": True}])
def test_sizes(place: Place, size: int, options: dict[str, Any]) -> None:
    client = place.client(**options)
    client.put("size", sample_bytes(size))
    assert (place.root / "size").read_bytes() == sample_bytes(size)
    assert client.get("size") == sample_bytes(size)


@pytest.mark.parametrize("rollover", [None, 0, 1])
def test_more_blocks_than_numbers(place: Place, rollover: int | None) -> None:
    client = place.client(blksize=8, windowsize=64, rollover=rollover)
    client.put("long", sample_bytes(8 * 66_000 + 3))
    assert (place.root / "long").read_bytes() == sample_bytes(8 * 66_000 + 3)
    assert client.get("long") == sample_bytes(8 * 66_000 + 3)


@pytest.mark.parametrize("options", [PLAIN, {"blksize": 9, "windowsize": 5}])
def test_netascii(place: Place, options: dict[str, Any]) -> None:
    client = place.client(**options)
    client.put("text", TEXT, mode="netascii")
    assert (place.root / "text").read_bytes() == TEXT
    assert client.get("text", mode="netascii") == TEXT


def test_netascii_announces_its_own_size(place: Place) -> None:
    client = place.client(tsize=True)
    result = client.put("text", TEXT, mode="netascii")
    assert result.negotiated.tsize == result.bytes > len(TEXT)
    assert (place.root / "text").read_bytes() == TEXT


def test_a_size_is_told_without_a_transfer(place: Place) -> None:
    (place.root / "probe").write_bytes(FILE)
    assert place.client().size("probe") == len(FILE)
    ended = place.server.until("transfer_ended", file="probe")
    assert ended["outcome"] == "probed"


def test_a_client_that_dallies_is_served(place: Place) -> None:
    (place.root / "dally").write_bytes(FILE)
    assert place.client(dally=True, timeout=0.1).get("dally") == FILE
    ended = place.server.until("transfer_ended", file="dally")
    assert ended["outcome"] == "completed"


def test_its_asynchronous_client(place: Place) -> None:
    at = place.server.at

    async def both() -> bytes:
        client = tftp.AsyncTFTPClient(at.host, at.port, windowsize=8)
        await client.put("async", FILE)
        return await client.get("async")

    assert asyncio.run(both()) == FILE


def test_a_missing_file_is_told(place: Place) -> None:
    with pytest.raises(tftp.FileNotFound) as caught:
        place.client().get("missing")
    assert (caught.value.code, caught.value.message) == (1, "file not found")


def test_a_file_that_exists_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"theirs")
    with Serve(tmp_path, "--write", "new") as server:
        at = server.at
        with pytest.raises(tftp.FileAlreadyExists) as caught:
            tftp.TFTPClient(at.host, at.port).put("file", b"ours")
    assert caught.value.message == "file already exists"
    assert (tmp_path / "file").read_bytes() == b"theirs"


@pytest.mark.parametrize("profile", ["STRICT", "DEFAULT", "PXE", "HPA", "LEGACY"])
def test_its_profiles(place: Place, profile: str) -> None:
    at = place.server.at
    settings = getattr(tftp.Profile, profile).client
    client = tftp.TFTPClient(at.host, at.port, **settings)
    client.put("profile", FILE)
    assert client.get("profile") == FILE


def test_in_single_port_mode(tmp_path: Path) -> None:
    with Serve(tmp_path, "--single-port", "--write", "new") as server:
        at = server.at
        client = tftp.TFTPClient(at.host, at.port, windowsize=8, strict_source=True)
        assert client.put("file", FILE).peer[1] == at.port
        assert client.get("file") == FILE
