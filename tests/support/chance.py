"""Random numbers chosen by a test."""

from collections.abc import Iterable


class ScriptedChance:
    """Returns given numbers, one by one."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._numbers = list(numbers)

    def randbelow(self, exclusive_upper_bound: int, /) -> int:
        """Return the next number.

        Raises:
            AssertionError: it is not below the bound: the script is wrong.
        """
        number = self._numbers.pop(0)
        assert 0 <= number < exclusive_upper_bound
        return number
