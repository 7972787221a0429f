"""Shortages of the server and findings about a transfer are reported together."""

import msgspec
import pytest

from tests.support.facts import CURL, NOON, completed, refused, repeated_request, tried
from tests.support.seen import Seen


@pytest.fixture
def seen() -> Seen:
    return Seen()


def miss_a_port(seen: Seen) -> None:
    event = refused("ports-exhausted", client_tid=40_100)
    seen.findings.take(msgspec.structs.replace(event, time=seen.clock.wall()))
    seen.look(0.4)


def codes(seen: Seen) -> list[str]:
    return [one.code for one in seen.standing()]


def test_wanting_ports_do_not_replace_what_a_client_said(seen: Seen) -> None:
    view = completed(1, 0.0, phase="sending", ended=0.0, acked_blocks=9, **CURL)
    seen.begin(view)
    view.phase, view.peer_error, view.ended = "failed", 3, NOON + 1.0
    view.error = "the client ended it with ERROR 3: disk full"
    seen.end(view)
    seen.look(2.0)
    assert codes(seen) == ["client-aborted"]
    miss_a_port(seen)
    assert codes(seen) == ["client-aborted", "range-exhausted"]


def test_a_silence_does_not_end_that_ports_are_wanting(seen: Seen) -> None:
    miss_a_port(seen)
    seen.begin(repeated_request(tried(1, 1.0, retransmits=4), 3.0))
    seen.look(5.0)
    assert codes(seen) == ["range-exhausted", "answers-blocked"]
    seen.look(16.0)
    assert codes(seen) == ["answers-blocked"]


def test_a_full_disk_is_full_until_something_is_stored(seen: Seen) -> None:
    view = tried(1, heard=True, direction="write", timeouts=0, ended=NOON + 1.0)
    view.phase, view.our_error, view.error = "failed", 3, "disk full"
    seen.begin(view)
    seen.end(view)
    seen.look(2.0)
    assert codes(seen) == ["disk-full"]
    denied = refused("exists", 3.0, direction="write", message="it exists")
    seen.findings.take(denied)
    seen.look(2.0)
    assert codes(seen) == ["disk-full", "upload-refused"]
    given = {"direction": "write", "phase": "sending", "ended": 0.0}
    seen.begin(completed(2, 5.0, client_tid=2_070, acked_blocks=9, **given))
    seen.look(1.0)
    assert codes(seen) == []
    assert "there is space for it now" in [one.withdrawn for one in seen._told.values()]
