"""SIGHUP reopens the journal, for log rotation."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.serve import Serve, environment

pytestmark = pytest.mark.net


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    root.mkdir()
    return root


def refused(port: int) -> None:
    """Request a missing file, and wait for the reply: then the line is written."""
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(10.0)
        client.sendto(b"\0\1missing\0octet\0", ("127.0.0.1", port))
        client.recv(600)


def told(paths: list[Path]) -> list[str]:
    """Return the events in the journals, in order."""
    lines = [json.loads(x) for path in paths for x in path.read_text().splitlines()]
    return [line["event"] for line in lines]


def port_of(journal: Path) -> int:
    started = json.loads(journal.read_text().splitlines()[0])
    return int(started["listeners"][0].rpartition(":")[2])


def test_a_journal_that_was_moved_is_begun_anew_and_no_line_is_lost(
    root: Path, tmp_path: Path
) -> None:
    place, moved = tmp_path / "tftp.jsonl", tmp_path / "tftp.jsonl.1"
    with Serve(root, "--journal", str(place)) as server:
        server.until_it_speaks()
        port = port_of(place)
        place.rename(moved)
        refused(port)
        server.process.send_signal(signal.SIGHUP)
        while not place.exists():
            os.sched_yield()
        refused(port)
        assert server.stop() == 0
    assert len(told([moved])) >= 2
    events = told([moved, place])
    assert (events[0], events[-1]) == ("started", "stopped")
    assert events.count("refused") == 2


def test_a_journal_on_a_pipe_goes_on(root: Path) -> None:
    with Serve(root) as server:
        port = server.at.port
        server.process.send_signal(signal.SIGHUP)
        refused(port)
        server.until("refused")
        assert server.stop() == 0
    assert server.lines[-1]["event"] == "stopped"


def test_a_terminal_that_hangs_up_ends_what_is_read_there(root: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tftptui", "serve", str(root), "--port", "0"]
    with subprocess.Popen(
        [*command, "--listen", "127.0.0.1"],
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as server:
        os.close(theirs)
        assert server.stderr is not None
        assert server.stderr.readline()
        server.send_signal(signal.SIGHUP)
        rest = threading.Thread(target=server.stderr.read)
        rest.start()
        assert server.wait(20.0) == 0
        rest.join()
    os.close(ours)
