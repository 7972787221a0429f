"""A result in words."""

import json
from dataclasses import replace

import pytest

from tftptui.client.result_words import as_json, summary
from tftptui.client.transfer_order import Counts, Order, Result
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import Outcome

ORDER = Order(is_write=False, host="srv", port=69, file=b"boot.img", local="here.img")
GOT = Result(
    ORDER,
    Outcome.COMPLETED,
    server=Endpoint("192.0.2.1", 69),
    local_port=2072,
    server_tid=Endpoint("192.0.2.1", 40_018),
    asked=((b"blksize", b"1428"),),
    agreed=((b"blksize", b"1024"),),
    block_size=1_024,
    window=1,
    counts=Counts(nbytes=5_000_000, blocks=4_883, requests=1, seconds=0.5),
)
REFUSED = replace(
    GOT, outcome=Outcome.FAILED, error="the server refused with ERROR 1: \x1bno"
)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        pytest.param(
            GOT,
            "got boot.img → here.img: 5,000,000 bytes in 0.50 s (10.0 MB/s), "
            "4,883 blocks, 0 resent · blksize=1024 · local 2072 ⇄ server 40018",
            id="got",
        ),
        pytest.param(
            replace(
                GOT,
                order=replace(ORDER, is_write=True),
                agreed=(),
                counts=Counts(1, 1, retransmits=2, duplicates=3),
            ),
            "put here.img → boot.img: 1 byte in 0.00 s, 1 block, 2 resent, "
            "3 duplicates · no options · local 2072 ⇄ server 40018",
            id="put",
        ),
        pytest.param(
            REFUSED,
            "cannot get boot.img from 192.0.2.1:69: the server refused with ERROR 1: "
            "\\x1bno · local 2072 ⇄ server 40018",
            id="refused",
        ),
        pytest.param(
            Result(replace(ORDER, is_write=True), Outcome.FAILED, "no such host"),
            "cannot put boot.img to srv: no such host",
            id="never-sent",
        ),
        pytest.param(
            replace(GOT, order=replace(ORDER, local="-"), counts=Counts()),
            "got boot.img: 0 bytes in 0.00 s, 0 blocks, 0 resent · blksize=1024 "
            "· local 2072 ⇄ server 40018",
            id="standard-output",
        ),
    ],
)
def test_summary(result: Result, line: str) -> None:
    assert summary(result) == line


def test_json_has_both_tids_and_what_was_asked_and_agreed() -> None:
    read = json.loads(as_json(GOT))
    assert (read["local_tid"], read["server_tid"]) == (2072, 40_018)
    assert (read["asked"], read["agreed"]) == ({"blksize": "1428"}, {"blksize": "1024"})
    assert (read["action"], read["outcome"], read["error"]) == ("get", "completed", "")


def test_json_of_what_never_began_has_gaps() -> None:
    read = json.loads(as_json(Result(ORDER, Outcome.FAILED, "no such host")))
    assert (read["server"], read["local_tid"], read["server_tid"]) == (None, None, None)
    assert read["error"] == "no such host"


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome.COMPLETED, 0),
        (Outcome.FAILED, 1),
        (Outcome.ABANDONED, 1),
        (Outcome.UNCONFIRMED, 1),
        (Outcome.ABORTED, 130),
    ],
)
def test_exit_status(outcome: Outcome, status: int) -> None:
    assert replace(GOT, outcome=outcome).exit_status == status
