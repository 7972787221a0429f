"""Records worth a stop on the way through the log: the next one, and which it is."""

from array import array
from bisect import bisect_left, bisect_right
from typing import NamedTuple


class Stops(NamedTuple):
    """Sequence numbers in order, in one array for each reason to stop.

    Attributes:
        numbers: the arrays; they may go on behind the view.
        end: the first number that the view does not show yet.
    """

    numbers: list["array[int]"]
    end: int

    def nearest(self, sequence: int, step: int) -> int | None:
        """Return the nearest stop after a record, or before it if STEP < 0."""
        nearest: list[int] = []
        for numbers in self.numbers:
            until = bisect_left(numbers, self.end)
            if step > 0:
                place = bisect_right(numbers, sequence)
                nearest += numbers[place : min(place + 1, until)]
            elif place := min(bisect_left(numbers, sequence), until):
                nearest.append(numbers[place - 1])
        return (min if step > 0 else max)(nearest, default=None)

    def rank(self, sequence: int | None) -> tuple[int, int]:
        """Return the how manieth stop a record is, or 0, and how many there are."""
        total = sum(bisect_left(numbers, self.end) for numbers in self.numbers)
        if sequence is None or not any(
            has_number(numbers, sequence) for numbers in self.numbers
        ):
            return 0, total
        return sum(bisect_right(one, sequence) for one in self.numbers), total


def has_number(numbers: "array[int]", number: int) -> bool:
    """Tell whether a number is among those of an array in order."""
    place = bisect_left(numbers, number)
    return place < len(numbers) and numbers[place] == number
