"""``tftptui serve`` as users run it: journal, signals, exit status."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Line, Serve, environment
from tests.support.udp_client import UdpClient
from tftptui import __version__

pytestmark = pytest.mark.net

OF_A_TRANSFER = {
    *("transfer", "client", "client_tid", "server", "server_tid", "file", "direction")
}

KEYS = {  # design §9
    "started": {"version", "journal", "listeners", "ports", "root", "settings"},
    "request": OF_A_TRANSFER | {"asked", "mode", "raw"},
    "refused": OF_A_TRANSFER | {"reason", "error_code", "message", "near"},
    "transfer_started": OF_A_TRANSFER | {"asked", "agreed", "tsize"},
    "transfer_ended": OF_A_TRANSFER
    | {"outcome", "octets", "blocks", "acked_blocks", "retransmits", "duplicates"}
    | {"strays", "seconds", "error"},
    "icmp": OF_A_TRANSFER | {"type", "code", "name", "from"},
    "file_changed": {"file", "change"},
    "stopped": {"totals"},
}

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    (folder / "file").write_bytes(sample_bytes(2_000))
    (folder / "small").write_bytes(sample_bytes(10))
    return folder


@pytest.fixture(scope="module")
def session(folder: Path) -> tuple[Serve, int]:
    """Yield a server that has gone through every event once, and its exit status."""
    with Serve(folder) as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(10.0)
        at = server.at.as_socket_address()
        client.sendto(b"\0\1missing\0octet\0", at)
        client.recv(600)
        client.sendto(b"\0\1file\0octet\0blksize\x001000\0", at)
        _, tid = client.recvfrom(600)
        for block in range(3):
            client.sendto(b"\0\4" + block.to_bytes(2), tid)
            client.recv(1_100)
        client.sendto(b"\0\4\0\3", tid)
        server.until("transfer_ended")
        with socket.socket(type=socket.SOCK_DGRAM) as gone:
            gone.sendto(b"\0\1file\0octet\0", at)
        server.until("icmp")
        (folder / "later").touch()
        server.until("file_changed")
        status = server.stop()
    return server, status


@pytest.fixture(scope="module")
def journal(session: tuple[Serve, int]) -> list[Line]:
    server, _ = session
    return server.lines


@pytest.mark.parametrize("event", KEYS)
def test_events_have_the_keys_that_are_promised(
    journal: list[Line], event: str
) -> None:
    lines = [line for line in journal if line["event"] == event]
    missing = [KEYS[event] - line.keys() for line in lines]
    assert lines
    assert missing == [set()] * len(lines)


def test_every_line_has_a_time_in_order(journal: list[Line]) -> None:
    times = [line["t"] for line in journal]
    assert all(STAMP.fullmatch(time) for time in times)
    assert times == sorted(times)


def test_the_first_line_is_the_start_and_the_last_the_end(journal: list[Line]) -> None:
    assert [journal[0]["event"], journal[-1]["event"]] == ["started", "stopped"]


def test_the_start_names_version_format_and_real_port(
    session: tuple[Serve, int], folder: Path
) -> None:
    server, _ = session
    started = server.of("started")[0]
    assert (started["version"], started["journal"]) == (__version__, 1)
    assert started["listeners"] == [str(server.at)]
    assert (started["root"], started["ports"]) == (str(folder), str(server.ports))


def test_a_refusal_has_no_transfer(journal: list[Line]) -> None:
    (refused,) = [line for line in journal if line["event"] == "refused"]
    assert (refused["reason"], refused["error_code"]) == ("not-found", 1)
    assert (refused["transfer"], refused["server_tid"]) == (None, None)


def test_a_transfer_is_the_same_from_start_to_end(journal: list[Line]) -> None:
    ours = [line for line in journal if line.get("transfer") == 1]
    assert [line["event"] for line in ours] == [
        "request",
        "transfer_started",
        "transfer_ended",
    ]
    request, *both = ours
    ends = [(line["client_tid"], line["server_tid"], line["file"]) for line in both]
    assert ends[0] == ends[1]
    assert (request["client_tid"], request["server_tid"]) == (ends[0][0], None)
    assert both[0]["agreed"] == {"blksize": "1000"}
    assert (both[1]["outcome"], both[1]["octets"]) == ("completed", 2_000)


def test_totals_agree_with_the_lines(journal: list[Line]) -> None:
    totals = journal[-1]["totals"]
    counted = {name: totals[name] for name in ("requests", "refused", "completed")}
    assert counted == {"requests": 3, "refused": 1, "completed": 1}


def test_a_person_is_told_where_it_serves(session: tuple[Serve, int]) -> None:
    server, status = session
    assert status == 0
    assert f"serving {server.of('started')[0]['root']} on {server.at}" in server.stderr


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_good_order(
    folder: Path, client: UdpClient, number: signal.Signals
) -> None:
    with Serve(folder) as server:
        client.ask(server.at, b"file")
        await client.data()
        status = server.stop(number)
    assert status == 0
    error = await client.error()
    assert (error.code, error.message) == (0, b"the server is shutting down")
    assert server.of("transfer_ended")[0]["outcome"] == "aborted"
    assert server.lines[-1]["event"] == "stopped"


def test_signals_again_and_again_change_nothing(folder: Path) -> None:
    with Serve(folder) as server:
        server.until("started")
        server.process.send_signal(signal.SIGINT)
        server.process.send_signal(signal.SIGTERM)
        server.process.send_signal(signal.SIGINT)
        status = server.wait()
    assert (status, len(server.of("stopped"))) == (0, 1)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``tftptui serve`` where it must fail by itself."""
    return subprocess.run(
        [sys.executable, "-m", "tftptui", "serve", *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=30.0,
        check=False,
    )


def test_a_taken_port_is_said_and_is_status_1(folder: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        port = str(holder.getsockname()[1])
        done = run(str(folder), "--listen", "127.0.0.1", "--port", port)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"tftptui: UDP port {port} on 127.0.0.1 is in use by")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "why"),
    [
        (["--ports", "9-1"], 2, "9-1: the first port is above the last"),
        (["--ports", "many"], 2, "'many' is not a port range"),
        (["--listen", "here"], 1, "'here' is not an IP address"),
        (
            ["--listen", "127.0.0.1", "--port", "70000"],
            2,
            "port 70000: must be 0 to 65535",
        ),
        (["--journal", "/nowhere/journal"], 1, "mkdir -p /nowhere"),
    ],
)
def test_what_makes_no_sense_is_said_in_one_line(
    folder: Path, arguments: list[str], status: int, why: str
) -> None:
    done = run(str(folder), *arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_root_is_said(folder: Path) -> None:
    done = run(str(folder / "missing"), "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "does not exist; to create it" in done.stderr
    assert "mkdir" in done.stderr


def test_a_file_alone_is_served(folder: Path) -> None:
    (folder / "image").write_bytes(sample_bytes(700))
    with Serve(folder / "image") as server:
        with UdpClient() as client:
            assert asyncio.run(client.read(server.at, b"image")) == sample_bytes(700)
        named = [{"name": "image", "path": str(folder / "image")}]
        assert server.until("started")["settings"]["named"] == named
        assert server.stop() == 0


def test_two_of_one_name_are_told(folder: Path) -> None:
    (folder / "image").write_bytes(b"")
    done = run(str(folder / "image"), str(folder / "image"), "--port", "0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "two are named image" in done.stderr


def test_the_journal_may_be_named_as_standard_output(folder: Path) -> None:
    with Serve(folder, "--journal", "-") as server:
        server.until_it_speaks()
        assert server.stop() == 0


def test_the_journal_may_be_a_file(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "journal"
    with Serve(folder, "--journal", str(place)) as server:
        server.until_it_speaks()
        status = server.stop()
    lines = [json.loads(line) for line in place.read_bytes().splitlines()]
    assert (status, server.lines) == (0, [])
    assert f"tftptui: the journal goes to {place}\n" in server.stderr
    assert "tftptui: to watch it: tftptui attach /" in server.stderr
    assert [lines[0]["event"], lines[-1]["event"]] == ["started", "stopped"]


def test_whoever_reads_the_journal_may_go(folder: Path) -> None:
    command = [sys.executable, "-m", "tftptui", "serve", str(folder)]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        started = json.loads(server.stdout.readline())
        server.stdout.close()
        _, _, port = started["listeners"][0].rpartition(":")
        answer = exchange(b"\0\1file\0octet\0", int(port))
        server.terminate()
        said = server.stderr.read()
    assert answer == b"\0\3\0\1" + sample_bytes(512)
    ended = b"the journal on standard output ended: Broken pipe"
    assert (server.returncode, said.count(ended)) == (0, 1)


def test_whoever_reads_the_journal_may_stall(folder: Path) -> None:
    """The pipe holds 64 KiB; without a reader the server must continue anyway."""
    command = [sys.executable, "-m", "tftptui", "serve", str(folder)]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1", "--port", "0", "--single-port"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        started = json.loads(server.stdout.readline())
        _, _, port = started["listeners"][0].rpartition(":")
        for _ in range(200):
            assert exchange(b"\0\1small\0octet\0", int(port), b"\0\4\0\1")
        server.terminate()
        said = server.stderr.read()
        assert server.wait() == 0
    assert b"last lines of the journal not read" in said


def test_a_pipe_that_nobody_reads_is_said(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "pipe"
    os.mkfifo(place)
    done = run(str(folder), "--port", "0", "--journal", str(place))
    assert done.returncode == 1
    assert f"no process reads that pipe; first run: cat {place}" in done.stderr


def exchange(packet: bytes, port: int, ending: bytes = b"") -> bytes:
    """Send one packet from a new port; return the reply, and send ENDING if given."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(10.0)
        client.sendto(packet, ("127.0.0.1", port))
        answer, tid = client.recvfrom(600)
        if ending:
            client.sendto(ending, tid)
        return answer
