"""The kernel's timer, on the clock of Python's event loops."""

import select
import time
from collections.abc import Iterator

import pytest

from tftptui.server.fastpath.timerfd import KernelTimer


@pytest.fixture
def timer() -> Iterator[KernelTimer]:
    try:
        timer = KernelTimer()
    except OSError as error:
        pytest.skip(f"a timer of the kernel's: {error}")
    yield timer
    timer.close()


def expires(timer: KernelTimer, seconds: float) -> bool:
    readable, _, _ = select.select([timer], [], [], seconds)
    return bool(readable)


def test_it_expires_at_its_moment_and_not_before(timer: KernelTimer) -> None:
    moment = time.monotonic() + 0.02
    timer.set(moment)
    assert expires(timer, 10.0)
    assert time.monotonic() >= moment


def test_a_moment_that_has_passed_expires_at_once(timer: KernelTimer) -> None:
    timer.set(0.0)
    assert expires(timer, 10.0)


def test_it_is_silent_until_it_is_set(timer: KernelTimer) -> None:
    assert not expires(timer, 0.0)
    timer.clear()


def test_an_expiry_can_be_taken_back(timer: KernelTimer) -> None:
    timer.set(0.0)
    assert expires(timer, 10.0)
    timer.clear()
    assert not expires(timer, 0.0)


def test_setting_it_anew_takes_an_expiry_back(timer: KernelTimer) -> None:
    timer.set(0.0)
    assert expires(timer, 10.0)
    timer.set(time.monotonic() + 3_600.0)
    assert not expires(timer, 0.0)
