"""Limits of a transfer's duration and idle time."""

from pathlib import Path

import pytest

from tests.support.office import Office, office
from tftptui.server.transfer.time_limits import (
    FOREVER,
    UNPROVEN_PATIENCE,
    Fate,
    Lifespan,
)
from tftptui.telemetry.events import TransferEnded


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(bytes(1_000_000))
    return tmp_path


@pytest.mark.parametrize(
    ("age", "still", "is_proven", "fate"),
    [
        pytest.param(9.9, 1.9, True, Fate.GOES_ON, id="within"),
        pytest.param(10.0, 0.0, True, Fate.TOO_LONG, id="long"),
        pytest.param(5.0, 2.0, True, Fate.TOO_STILL, id="still"),
        pytest.param(10.0, 2.0, True, Fate.TOO_LONG, id="both"),
        pytest.param(1.0, 1.0, False, Fate.UNPROVEN, id="unproven"),
        pytest.param(0.9, 0.9, False, Fate.GOES_ON, id="not-yet-proven"),
    ],
)
def test_what_becomes_of_it(
    *, age: float, still: float, is_proven: bool, fate: Fate
) -> None:
    span = Lifespan(longest=10.0, idle=2.0, unproven=1.0)
    assert span.judge(age, still, is_proven=is_proven) is fate


def test_without_limits_it_goes_on_for_ever() -> None:
    assert FOREVER.judge(1e9, 1e9, is_proven=False) is Fate.GOES_ON


def ending(desk: Office) -> tuple[str, str | None]:
    (ended,) = desk.written.of(TransferEnded)
    return ended.outcome, ended.error


def test_a_transfer_that_takes_too_long_fails_and_the_client_is_told(
    folder: Path,
) -> None:
    with office(folder, max_transfer_time=60.0) as desk:
        desk.ask(b"file")
        for block in range(1, 61):
            desk.ack(block)
            desk.wait(1.0)
        text = "transfer time limit of 60 s reached"
        assert ending(desk) == ("failed", text)
        assert desk.errors() == [(0, text)]
        assert desk.written.recorder.counters.expired == 1


def test_a_transfer_that_stands_still_is_given_up_and_the_client_is_told(
    folder: Path,
) -> None:
    patient = ((b"timeout", b"255"),)
    with office(folder, max_idle_time=100.0) as desk:
        desk.ask(b"file", options=patient)
        desk.ack(0)
        desk.wait(99.0)
        assert desk.transfer().outcome is None
        desk.wait(2.0)
        assert ending(desk) == ("abandoned", "the client stopped replying")
        ((_, message),) = desk.errors()
        assert message == "no progress for 100 s"


def test_progress_starts_the_idle_time_anew(folder: Path) -> None:
    patient = ((b"timeout", b"255"),)
    with office(folder, max_idle_time=100.0) as desk:
        desk.ask(b"file", options=patient)
        for block in range(5):
            desk.ack(block)
            desk.wait(90.0)
        assert desk.transfer().outcome is None


@pytest.mark.parametrize("retries", [6, 29])
def test_who_never_answered_is_given_up_without_a_word(
    folder: Path, retries: int
) -> None:
    patient = ((b"timeout", b"255"),)
    with office(folder, retries=retries) as desk:
        desk.ask(b"file", options=patient)
        desk.wait(UNPROVEN_PATIENCE)
        assert ending(desk) == ("abandoned", "the client never replied")
        assert desk.errors() == []


def test_a_last_ack_that_never_comes_stays_unconfirmed(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"small")
    with office(tmp_path, max_idle_time=100.0) as desk:
        desk.ask(b"small", options=((b"timeout", b"255"),))
        desk.ack(0)
        desk.wait(101.0)
        assert ending(desk)[0] == "unconfirmed"
