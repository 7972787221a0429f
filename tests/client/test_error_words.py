"""System errors in words."""

import errno
import socket

import pytest

from tests.support.free_ports import free_range
from tftptui.client.error_words import (
    port_trouble,
    reading_trouble,
    silence,
    writing_trouble,
)
from tftptui.files.source import SourceChangedError
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import SendError
from tftptui.protocol.errors import ErrorCode
from tftptui.settings import PortRange

SERVER = Endpoint("192.0.2.1", 69)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room(number: int) -> None:
    told = writing_trouble(OSError(number, "whatever"))
    assert told == SendError(ErrorCode.DISK_FULL, "no room left on the client's disk")


def test_other_trouble_with_writing() -> None:
    told = writing_trouble(OSError(errno.EIO, "Input/output error"))
    text = "the client cannot write the file: Input/output error"
    assert told == SendError(ErrorCode.UNDEFINED, text)


@pytest.mark.parametrize(
    "error", [SourceChangedError("cut short"), OSError(errno.EIO, "cut short")]
)
def test_trouble_with_reading(error: Exception) -> None:
    assert reading_trouble(error) == SendError(ErrorCode.UNDEFINED, "cut short")


def test_taken_port_names_its_holder() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", free_range(1).first))
        port = sock.getsockname()[1]
        told = port_trouble(OSError(errno.EADDRINUSE, ""), PortRange(port, port))
    assert told.startswith(f"local port {port} is in use by ")


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EADDRINUSE, "local ports 2070-2079 are in use"),
        (
            errno.EACCES,
            "no permission for local ports 2070-2079; use 1024 or higher",
        ),
        (errno.EMFILE, "cannot open local ports 2070-2079: so many files"),
    ],
)
def test_range_that_can_not_be_had(number: int, told: str) -> None:
    error = OSError(number, "so many files")
    assert port_trouble(error, PortRange(2_070, 2_079)) == told


@pytest.mark.parametrize(
    ("requests", "hint", "told"),
    [
        (1, "", "no reply from 192.0.2.1:69: 1 request sent from port 2072 in 2 s"),
        (
            7,
            "look",
            "no reply from 192.0.2.1:69: 7 requests sent from port 2072 in 2 s; look",
        ),
    ],
)
def test_silence(requests: int, hint: str, told: str) -> None:
    assert silence(SERVER, 2_072, requests=requests, seconds=2.2, hint=hint) == told
