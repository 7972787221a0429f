"""A disk without space, and a system limit on the size of files."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import names_in, settle
from tftptui.files.block_buffer import GATHERED
from tftptui.protocol.packets import ErrorPacket

pytestmark = pytest.mark.net

ROOM = 65_536
OPTIONS = ((b"blksize", b"8192"),)
MOUNT = 'mount -t tmpfs -o size=64k small "$0" && exec "$@"'


Limit = Callable[..., Iterator["Place"]]


@dataclass
class Place:
    """A server, and its folder as it sees it."""

    server: Serve
    folder: Path


def on_a_small_disk(folder: Path, *options: str) -> Iterator[Place]:
    """Serve a separate file system, invisible to others."""
    within = ["unshare", "-m", "sh", "-c", MOUNT, str(folder)]
    probe = subprocess.run([*within, "true"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"a small disk needs root and mount: {probe.stderr.decode()}")
    with Serve(folder, "--write", "overwrite", *options, within=within) as server:
        yield Place(server, Path(f"/proc/{server.process.pid}/root{folder}"))


def under_a_limit(folder: Path, *options: str) -> Iterator[Place]:
    """Serve from a process with a limited file size."""
    if shutil.which("prlimit") is None:
        pytest.skip("prlimit is not installed: apt install util-linux")
    within = ["prlimit", f"--fsize={ROOM}"]
    with Serve(folder, "--write", "overwrite", *options, within=within) as server:
        yield Place(server, folder)


@pytest.fixture(params=[on_a_small_disk, under_a_limit])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    (tmp_path / "root").mkdir()
    yield from request.param(tmp_path / "root")


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def upload(place: Place, client: UdpClient, name: bytes, content: bytes) -> None:
    client.offer(place.server.at, name, options=OPTIONS)
    await client.oack()
    await client.blocks(content, 8_192)


async def first_error(client: UdpClient) -> ErrorPacket:
    """Upload blocks until one gets an ERROR: soon after the space runs out."""
    for number in range(1, (ROOM + GATHERED) // 8_192 + 2):
        client.block(number, sample_bytes(8_192))
        answer = await client.receive()
        if isinstance(answer, ErrorPacket):
            assert number * 8_192 > ROOM
            return answer
    pytest.fail("it takes more than there is room for")


async def test_no_room_is_told_with_error_3_and_leaves_nothing(
    place: Place, client: UdpClient
) -> None:
    client.offer(place.server.at, b"new", options=OPTIONS)
    await client.oack()
    error = await first_error(client)
    assert (error.code, error.message) == (3, b"disk full")
    ended = place.server.until("transfer_ended")
    assert (ended["outcome"], ended["error"]) == ("failed", "disk full")
    await settle(place.server.at)  # it cleans up after the ERROR
    assert names_in(place.folder) == set()


async def test_the_old_file_survives_a_full_disk(
    place: Place, client: UdpClient
) -> None:
    with UdpClient() as other:
        await upload(place, other, b"file", sample_bytes(40_000))
    client.offer(place.server.at, b"file", options=OPTIONS)
    await client.oack()
    with pytest.raises(AssertionError, match="disk full"):
        await client.blocks(bytes(ROOM + 8_192), 8_192)
    place.server.until("transfer_ended", outcome="failed")
    await settle(place.server.at)
    assert names_in(place.folder) == {"file"}
    assert (place.folder / "file").read_bytes() == sample_bytes(40_000)


async def test_the_room_is_there_again_for_the_next(
    place: Place, client: UdpClient
) -> None:
    client.offer(place.server.at, b"large", options=OPTIONS)
    await client.oack()
    with pytest.raises(AssertionError, match="disk full"):
        await client.blocks(bytes(ROOM + 8_192), 8_192)
    place.server.until("transfer_ended", outcome="failed")
    await upload(place, client, b"small", sample_bytes(60_000))
    assert (place.folder / "small").read_bytes() == sample_bytes(60_000)


async def test_a_small_disk_refuses_what_it_can_not_hold_when_announced(
    tmp_path: Path, client: UdpClient
) -> None:
    for place in on_a_small_disk(tmp_path):
        options = ((b"tsize", b"%d" % (ROOM + 1)),)
        client.offer(place.server.at, b"new", options=options)
        error = await client.error()
        text = f"disk full: {ROOM + 1} bytes announced, {ROOM} free"
        assert (error.code, error.message.decode()) == (3, text)


@pytest.mark.parametrize("limit", [on_a_small_disk, under_a_limit])
async def test_capture_ends_with_a_warning_and_the_server_goes_on(
    limit: Limit, tmp_path: Path, client: UdpClient
) -> None:
    (tmp_path / "root").mkdir()
    capture = tmp_path / "root" / "x.pcapng"
    for place in limit(tmp_path / "root", "--capture", str(capture)):
        at = place.server.at  # it serves, so its disk is mounted
        (place.folder / "file").write_bytes(sample_bytes(ROOM // 4))
        for _ in range(6):
            assert len(await client.read(at, b"file")) == ROOM // 4
        place.server.until_so(partial(_is_warned, place.server, capture))
        assert await client.read(at, b"file") == sample_bytes(ROOM // 4)


def _is_warned(server: Serve, capture: Path) -> bool:
    words = f"the capture {capture} stopped: "
    return any(line["message"].startswith(words) for line in server.of("warning"))
