"""get and put against real servers: ours, tftpd-hpa, atftpd and dnsmasq."""

import signal
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.other_servers import (
    NETASCII_WRITABLE,
    OTHERS,
    OURS,
    WRITABLE,
    await_content,
    serving,
)
from tests.support.serve import Serve
from tftptui.client.run import run
from tftptui.client.transfer_order import Order, Result
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import Outcome
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import Mode
from tftptui.settings import PortRange

pytestmark = pytest.mark.net

SIZES = (0, 1, 511, 512, 513, 1_428, 5_000_000)
FULL = Offer(total_size=0, block_size=1_428, window=16)
OFFERS = pytest.mark.parametrize(
    "offer", [FULL, Offer()], ids=["options", "no-options"]
)
TEXT = b"one\ntwo\r\nthree\rfour\0\n" * 1_000 + b"the end\r"


@dataclass
class Place:
    """A server, its folder, and ours.

    Attributes:
        name: of the server.
        at: its address.
        root: its folder.
        here: a folder for fetched files.
    """

    name: str
    at: Endpoint
    root: Path
    here: Path

    def get(self, file: str, **changes: object) -> Result:
        """Fetch a file to the same name here."""
        order = Order(
            is_write=False,
            host=self.at.host,
            port=self.at.port,
            file=file.encode(),
            local=str(self.here / file),
            offer=FULL,
        )
        return run(replace(order, **changes))  # type: ignore[arg-type] # by tests only

    def put(self, file: str, **changes: object) -> Result:
        """Upload a file of this folder under the same name."""
        return self.get(file, is_write=True, **changes)


def place_for(name: str, folder: Path, host: str = "127.0.0.1") -> Iterator[Place]:
    root, here = folder / "root", folder / "here"
    root.mkdir()
    here.mkdir()
    with serving(name, root, host) as at:
        yield Place(name, at, root, here)


@pytest.fixture(scope="module", params=[OURS, *OTHERS])
def anyone(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    yield from place_for(request.param, tmp_path_factory.mktemp("get"))


@pytest.fixture(scope="module", params=WRITABLE)
def writable(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    yield from place_for(request.param, tmp_path_factory.mktemp("put"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    yield from place_for(OURS, tmp_path_factory.mktemp("ours"))


@OFFERS
@pytest.mark.parametrize("size", SIZES)
def test_get(anyone: Place, size: int, offer: Offer) -> None:
    # A different name for each: dnsmasq caches the size of the last file.
    name = f"file-{size}"
    (anyone.root / name).write_bytes(sample_bytes(size))
    result = anyone.get(name, offer=offer)
    assert (result.outcome, result.error) == (Outcome.COMPLETED, "")
    assert (anyone.here / name).read_bytes() == sample_bytes(size)
    assert result.counts.nbytes == size


@OFFERS
@pytest.mark.parametrize("size", SIZES)
def test_put(writable: Place, size: int, offer: Offer) -> None:
    (writable.here / "file").write_bytes(sample_bytes(size))
    result = writable.put("file", offer=offer)
    assert (result.outcome, result.error) == (Outcome.COMPLETED, "")
    assert await_content(writable.root / "file", sample_bytes(size)) == sample_bytes(
        size
    )
    assert result.counts.nbytes == size


@pytest.mark.parametrize("window", [1, 2, 64])
def test_windows(ours: Place, window: int) -> None:
    (ours.root / "file").write_bytes(sample_bytes(300_000))
    result = ours.get("file", offer=replace(FULL, window=window))
    assert (result.outcome, result.window) == (Outcome.COMPLETED, window)


def test_get_netascii(anyone: Place) -> None:
    (anyone.root / "text").write_bytes(TEXT)
    result = anyone.get("text", mode=Mode.NETASCII)
    assert result.outcome is Outcome.COMPLETED
    assert (anyone.here / "text").read_bytes() == TEXT


@pytest.mark.parametrize("name", NETASCII_WRITABLE)
def test_put_netascii(name: str, tmp_path: Path) -> None:
    for place in place_for(name, tmp_path):
        (place.here / "text").write_bytes(TEXT)
        result = place.put("text", mode=Mode.NETASCII)
        assert result.outcome is Outcome.COMPLETED
        assert (place.root / "text").read_bytes() == TEXT


def test_missing_file_is_told_and_leaves_nothing(anyone: Place) -> None:
    result = anyone.get("missing")
    assert result.outcome is Outcome.FAILED
    assert result.error.startswith("the server refused with ERROR 1")
    assert not [path for path in anyone.here.iterdir() if "missing" in path.name]


def test_upload_where_none_is_taken_is_told(
    tmp_path: Path,
) -> None:
    for place in place_for("dnsmasq", tmp_path):
        (place.here / "file").write_bytes(b"octets")
        result = place.put("file")
        assert result.outcome is Outcome.FAILED
        assert "ERROR" in result.error


def test_local_port_is_the_chosen_one(anyone: Place) -> None:
    (anyone.root / "file").write_bytes(sample_bytes(100))
    ports = free_range(1)
    result = anyone.get("file", ports=ports)
    assert (result.outcome, result.local_port) == (Outcome.COMPLETED, ports.first)


def test_first_free_port_of_a_range_is_taken(ours: Place) -> None:
    (ours.root / "file").write_bytes(sample_bytes(100))
    ports = free_range(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", ports.first))  # noqa: S104
        result = ours.get("file", ports=ports)
    assert (result.outcome, result.local_port) == (Outcome.COMPLETED, ports.first + 1)


def test_taken_port_is_told(ours: Place) -> None:
    port = free_range(1).first
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("0.0.0.0", port))  # noqa: S104
        result = ours.get("file", ports=PortRange(port, port))
    assert result.error.startswith(f"local port {port} is in use by ")


@pytest.mark.parametrize("name", [OURS, "tftpd-hpa"])
@pytest.mark.parametrize("is_write", [False, True])
def test_ipv6(name: str, tmp_path: Path, *, is_write: bool) -> None:
    for place in place_for(name, tmp_path, "::1"):
        origin = place.here if is_write else place.root
        (origin / "file").write_bytes(sample_bytes(5_000))
        result = place.get("file", is_write=is_write)
        assert (result.outcome, result.error) == (Outcome.COMPLETED, "")
        assert result.server == place.at


def test_name_of_a_host_is_resolved(ours: Place) -> None:
    (ours.root / "file").write_bytes(sample_bytes(100))
    # localhost may first resolve to ::1, which has no listener on this port.
    assert ours.get("file", host="localhost").outcome is Outcome.COMPLETED


def test_unknown_host_is_told(ours: Place) -> None:
    result = ours.get("file", host="no-such-host.invalid")
    assert result.error.startswith("cannot find the host 'no-such-host.invalid': ")


def test_closed_port_is_told_at_once(ours: Place) -> None:
    port = free_range(1).first
    result = ours.get("file", port=port)
    said = (
        f"no program listens on UDP port {port} (ICMP port unreachable, from 127.0.0.1)"
    )
    assert (result.outcome, result.error) == (Outcome.ABANDONED, said)
    assert result.counts.requests == 1


def test_silent_server_is_told(ours: Place) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        result = ours.get("file", port=port, timeout=1, retries=0)
    sent = f"1 request sent from port {result.local_port} in 1 s"
    more = f"tftptui probe 127.0.0.1:{port} file"
    assert result.error == f"no reply from 127.0.0.1:{port}: {sent}; {more}"


def test_file_that_can_not_be_written_is_told_before_anything_is_asked(
    ours: Place,
) -> None:
    result = ours.get("file", local="/nonexistent/file")
    assert result.error == "cannot write /nonexistent/file: No such file or directory"
    assert result.counts.requests == 0


def test_file_that_can_not_be_read_is_told_before_anything_is_asked(
    ours: Place,
) -> None:
    result = ours.put("nowhere")
    here = ours.here / "nowhere"
    assert result.error == f"cannot read {here}: No such file or directory"


def test_full_disk_is_told_to_the_server_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(9_000))
    with Serve(tmp_path) as serve:
        at = serve.at
        order = Order(
            is_write=False, host=at.host, port=at.port, file=b"file", local="/dev/full"
        )
        result = run(order)
        ended = serve.until("transfer_ended")
    assert result.error == "no room left on the client's disk"
    assert "ERROR 3" in ended["error"]


@pytest.mark.parametrize("is_write", [False, True])
def test_ctrl_c_is_told_to_the_server_and_leaves_nothing(
    tmp_path: Path, *, is_write: bool
) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    there.mkdir()
    here.mkdir()
    origin = (here if is_write else there) / "file"
    origin.write_bytes(sample_bytes(5_000_000))
    with Serve(there, "--write", "new") as serve:
        at = serve.at
        order = Order(
            is_write=is_write,
            host=at.host,
            port=at.port,
            file=b"file",
            local=str(here / "file"),
        )
        result = run(order, lambda *_: signal.raise_signal(signal.SIGINT))
        ended = serve.until("transfer_ended")
        serve.stop()
    assert (result.outcome, result.exit_status) == (Outcome.ABORTED, 130)
    assert ended["error"].endswith("ERROR 0: interrupted")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [origin]


def test_both_ends_name_the_same_ports(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(100))
    with Serve(tmp_path) as serve:
        at = serve.at
        local = str(tmp_path / "copy")
        order = Order(
            is_write=False, host=at.host, port=at.port, file=b"file", local=local
        )
        result = run(order)
        ended = serve.until("transfer_ended")
    assert result.local_port == ended["client_tid"]
    assert result.server_tid == Endpoint("127.0.0.1", ended["server_tid"])
