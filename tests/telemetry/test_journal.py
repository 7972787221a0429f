"""The journal: a stable interface, line by line (design: keys are only ever added)."""

import errno
import json
from datetime import UTC, datetime

import pytest

from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import (
    Event,
    FileChanged,
    IcmpReceived,
    PortsChanged,
    Refused,
    Requested,
    Started,
    Stopped,
    TransferEnded,
    TransferStarted,
    Warned,
)
from tftptui.telemetry.journal import Journal, journal_line

TIME = datetime(2024, 2, 29, 23, 59, 58, 7, tzinfo=UTC).timestamp()

STARTED = Started(
    time=TIME,
    version="0.1.0",
    listeners=["0.0.0.0:69"],
    ports="40000-40099",
    root="/srv/tftp",
    settings={"retries": 6},
)
REQUESTED = Requested(
    time=TIME,
    transfer=None,
    client="10.0.0.7",
    client_tid=2_072,
    server="10.0.0.1",
    server_tid=None,
    file="pxelinux.0",
    direction="read",
    asked={"blksize": "1468"},
    mode="octet",
)
REFUSED = Refused(
    time=TIME,
    transfer=None,
    client="10.0.0.7",
    client_tid=2_072,
    server="10.0.0.1",
    server_tid=None,
    file="pxelinx.0",
    direction="read",
    reason="not-found",
    error_code=1,
    message="no such file",
    near=["pxelinux.0"],
)
BEGUN = TransferStarted(
    time=TIME,
    transfer=1,
    client="10.0.0.7",
    client_tid=2_072,
    server="10.0.0.1",
    server_tid=40_001,
    file="pxelinux.0",
    direction="read",
    asked={"blksize": "1468"},
    agreed={"blksize": "1428"},
    tsize=42_430,
)
ENDED = TransferEnded(
    time=TIME,
    transfer=1,
    client="10.0.0.7",
    client_tid=2_072,
    server="10.0.0.1",
    server_tid=40_001,
    file="pxelinux.0",
    direction="read",
    outcome="completed",
    octets=42_430,
    blocks=30,
    acked_blocks=30,
    retransmits=0,
    duplicates=0,
    strays=0,
    seconds=0.25,
    error=None,
    heard=True,
)
ICMP = IcmpReceived(
    time=TIME,
    transfer=1,
    client="10.0.0.7",
    client_tid=2_072,
    server="10.0.0.1",
    server_tid=40_001,
    file="pxelinux.0",
    direction="read",
    type=3,
    code=13,
    name="administratively prohibited",
    sender="10.0.0.254",
)
COMMON = {"t", "event"}
OF_A_TRANSFER = COMMON | {
    "transfer",
    "client",
    "client_tid",
    "server",
    "server_tid",
    "file",
    "direction",
}


def _written(event: Event) -> dict[str, object]:
    fields: dict[str, object] = json.loads(journal_line(event))
    return fields


def _reader_gone(line: bytes) -> None:
    raise BrokenPipeError(errno.EPIPE, "Broken pipe", line)


@pytest.mark.parametrize(
    ("event", "name", "keys"),
    [
        pytest.param(
            STARTED,
            "started",
            COMMON | {"version", "journal", "listeners", "ports", "root", "settings"},
            id="started",
        ),
        pytest.param(
            REQUESTED, "request", OF_A_TRANSFER | {"asked", "mode", "raw"}, id="request"
        ),
        pytest.param(
            REFUSED,
            "refused",
            OF_A_TRANSFER | {"reason", "error_code", "message", "near"},
            id="refused",
        ),
        pytest.param(
            BEGUN,
            "transfer_started",
            OF_A_TRANSFER | {"asked", "agreed", "tsize"},
            id="transfer_started",
        ),
        pytest.param(
            ENDED,
            "transfer_ended",
            OF_A_TRANSFER
            | {"outcome", "octets", "blocks", "acked_blocks", "retransmits"}
            | {"duplicates", "strays", "seconds", "error", "heard"},
            id="transfer_ended",
        ),
        pytest.param(
            ICMP, "icmp", OF_A_TRANSFER | {"type", "code", "name", "from"}, id="icmp"
        ),
        pytest.param(
            PortsChanged(time=TIME, before="1-2", after="3-4", by="operator"),
            "ports_changed",
            COMMON | {"before", "after", "by"},
            id="ports_changed",
        ),
        pytest.param(
            FileChanged(time=TIME, file="u-boot.img", change="modified"),
            "file_changed",
            COMMON | {"file", "change"},
            id="file_changed",
        ),
        pytest.param(
            Stopped(time=TIME, totals={"requests": 3}),
            "stopped",
            COMMON | {"totals"},
            id="stopped",
        ),
    ],
)
def test_keys_are_there(event: Event, name: str, keys: set[str]) -> None:
    written = _written(event)
    assert written["event"] == name
    assert keys <= set(written)


def test_line_begins_with_time_and_event() -> None:
    assert list(_written(ENDED))[:2] == ["t", "event"]


def test_time_is_rfc_3339_in_utc_with_microseconds() -> None:
    assert _written(STARTED)["t"] == "2024-02-29T23:59:58.000007Z"


def test_whole_second_has_its_microseconds_too() -> None:
    line = journal_line(Warned(time=0.0, message=""))
    assert b'"1970-01-01T00:00:00.000000Z"' in line


def test_started_names_the_format() -> None:
    assert _written(STARTED)["journal"] == 1


def test_event_is_one_line_whatever_a_name_holds() -> None:
    event = FileChanged(time=TIME, file=visible(b"a\nb\x1b\xff\0"), change="added")
    line = journal_line(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert json.loads(line)["file"] == r"a\x0ab\x1b\xff\x00"


def test_text_is_utf_8_and_not_escaped() -> None:
    event = FileChanged(time=TIME, file="Grüße", change="added")
    assert "Grüße".encode() in journal_line(event)


def test_each_event_is_written_at_once() -> None:
    lines: list[bytes] = []
    journal = Journal(lines.append, failed=pytest.fail)
    journal.record(STARTED)
    journal.record(ENDED)
    assert lines == [journal_line(STARTED), journal_line(ENDED)]


def test_a_reader_that_is_gone_ends_the_journal_and_is_said_once() -> None:
    said: list[str] = []
    journal = Journal(_reader_gone, said.append)
    journal.record(STARTED)
    journal.record(ENDED)
    assert said == ["ended: Broken pipe"]


def test_journal_that_failed_may_report_through_itself() -> None:
    # The handler of the failure records a warning, which comes here again.
    said: list[str] = []

    def warn(text: str) -> None:
        said.append(text)
        journal.record(Warned(time=TIME, message=text))

    journal = Journal(_reader_gone, warn)
    journal.record(STARTED)
    assert len(said) == 1
