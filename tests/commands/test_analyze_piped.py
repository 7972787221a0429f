"""``tftptui analyze -``: a capture from standard input."""

import fcntl
import os
import resource
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

from tests.support.capture_files import datagram, pcap
from tests.support.waiting import PATIENCE_MS
from tftptui.protocol.packets import Mode, ReadRequest, encode_request
from tftptui.telemetry.capture.frames import LINK_TYPE, frame

COMMAND = [sys.executable, "-m", "tftptui", "analyze", "-"]
REQUEST = encode_request(ReadRequest(b"pxelinux.0", Mode.OCTET))
CAPTURE = pcap([frame(datagram(REQUEST), 1).data], link=LINK_TYPE)
BEGINNING_OF_A_PACKET = bytes(3)


def run(*words: str, data: bytes = CAPTURE) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *words], input=data, capture_output=True, check=False
    )


def hand_over(pipe: IO[bytes], data: bytes) -> None:
    """Write into a pipe, and wait until it has been read."""
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, resource.getpagesize())
    pipe.write(data)
    pipe.flush()
    poll = select.poll()
    poll.register(pipe, select.POLLOUT)  # of one page: writable again once it is empty
    assert poll.poll(PATIENCE_MS), "nobody reads"


def test_pipe_is_reported() -> None:
    done = run("--report")
    assert done.returncode == 0
    assert done.stdout.startswith(b"standard input: 1 packet in 0.000 s from 2023-")
    assert b"pxelinux.0" in done.stdout


def test_file_may_be_led_there(tmp_path: Path) -> None:
    place = tmp_path / "boot.pcap"
    place.write_bytes(CAPTURE)
    with place.open("rb") as file:
        told = subprocess.check_output([*COMMAND, "--format", "markdown"], stdin=file)
    assert told.startswith(b"# standard input\n")


def test_what_is_no_capture_is_named() -> None:
    done = run("--report", data=b"just a text, and no more")
    assert done.returncode == 1
    assert b"tftptui: standard input is not a capture: " in done.stderr


def test_interrupt_ends_it_with_the_report() -> None:
    with subprocess.Popen(
        [*COMMAND, "--report"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        hand_over(process.stdin, CAPTURE)
        hand_over(process.stdin, BEGINNING_OF_A_PACKET)  # everything before it is read
        process.send_signal(signal.SIGINT)
        told = process.stdout.read()
    assert process.returncode == 0
    assert told.startswith(b"standard input: 1 packet in ")


def test_screen_points_to_the_report() -> None:
    done = run()
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"the screen needs a capture file" in done.stderr


def test_terminal_is_no_capture() -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [*COMMAND, "--report"], stdin=theirs, capture_output=True, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 1
    assert b"standard input is a terminal" in done.stderr


@pytest.mark.parametrize("word", ["--repot", "-x"])
def test_what_looks_like_an_option_is_none(word: str) -> None:
    done = subprocess.run(
        [*COMMAND[:-1], word, "boot.pcap"], capture_output=True, check=False
    )
    assert b"unknown option " + word.encode() in done.stderr
