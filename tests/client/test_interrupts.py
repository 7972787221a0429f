"""Ctrl-C as an event to wait for."""

import select
import signal

import pytest

from tftptui.client.interrupts import Interrupts

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@BOTH
def test_first_one_sets_a_flag_and_wakes(number: signal.Signals) -> None:
    with Interrupts() as interrupts:
        signal.raise_signal(number)
        assert interrupts.happened
        assert select.select([interrupts], [], [], 0)[0] == [interrupts]


def test_nothing_wakes_before() -> None:
    with Interrupts() as interrupts:
        assert select.select([interrupts], [], [], 0)[0] == []
        assert not interrupts.happened


def test_second_ctrl_c_is_as_ever() -> None:
    with Interrupts():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@BOTH
def test_afterwards_everything_is_as_before(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupts():
        pass
    assert signal.getsignal(number) is before
