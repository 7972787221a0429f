"""Healthy transfers raise no alarm; benchmarks/healthy.py runs 500 of them."""

import pytest

from tests.support.healthy_demo import CLIENTS, play


@pytest.mark.parametrize("path", ["3 % loss", "100 ms jitter on 60 ms", "slow link"])
def test_healthy_clients_raise_no_alarm(path: str) -> None:
    played = play(path, len(CLIENTS), seed=5)
    assert played.alarms == ()
    assert played.came + played.ended >= played.played - 1
