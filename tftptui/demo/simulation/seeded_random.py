"""Chance with a seed, so that a run repeats exactly."""

import random


class Dice:
    """Numbers that look random; the same seed gives the same ones in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it has to repeat

    def random(self) -> float:
        """Return a number from 0 to below 1."""
        return self._random.random()

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return a number from 0 to below the bound."""
        return self._random.randrange(exclusive_upper_bound)
