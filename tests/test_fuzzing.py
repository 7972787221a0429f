"""Damaged files and messages end in the documented error, never in a traceback."""

import random

import pytest

from tests.support import fuzzing
from tests.support.fuzzing import TARGETS, damaged

# Enough to check that the targets work; tools/fuzz.py runs for minutes.
ROUNDS = {
    "captures": 1_000,
    "scenarios": 1_000,
    "configuration": 500,
    "control": 300,
    "wire": 3_000,
}


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_damage_is_survived(target: str) -> None:
    for seed in range(ROUNDS[target]):
        try:
            TARGETS[target](random.Random(seed))  # noqa: S311 - it has to repeat
        except Exception as error:
            raise AssertionError(f"{target} with the seed {seed}") from error


def test_the_same_chance_does_the_same_damage() -> None:
    data = bytes(range(256))
    one, other = (damaged(data, random.Random(7)) for _ in range(2))  # noqa: S311
    assert one == other
    assert one != data


def test_the_settings_that_are_damaged_can_be_read() -> None:
    assert fuzzing._is_read(fuzzing._settings().encode())
    assert len(fuzzing._settings().splitlines()) > 20
