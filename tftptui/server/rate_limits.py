"""How often is too often: token buckets, one or one for each address.

A bucket is kept as one number, the moment when it is full again: tokens that are
missing come back at RATE a second. A bucket that is full is like one that nobody
has ever seen, so forgetting it loses nothing.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

KEPT_ADDRESSES = 16_384
"""Buckets of one table: what a flood from any number of addresses can cost."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens a second, and how many may go at once after a rest.

    More tokens than a burst go together when the bucket is full, and leave a debt.
    So over any T seconds no more than ``T * per_second`` pass, and one burst, or
    the most that went together, if that is more.
    """

    per_second: float
    burst: float

    def ready_at(self, full_at: float, tokens: float) -> float:
        """Return when TOKENS may go together."""
        return full_at - max(0.0, self.burst - tokens) / self.per_second

    def spend(self, full_at: float, tokens: float, now: float) -> float:
        """Return when the bucket is full again after TOKENS are gone."""
        return max(full_at, now) + tokens / self.per_second


class Bucket:
    """One bucket; full at first. Times are seconds of one monotonic clock."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._full_at = -math.inf

    def ready_at(self, tokens: float) -> float:
        """Return when TOKENS may go."""
        return self.rate.ready_at(self._full_at, tokens)

    def spend(self, tokens: float, now: float) -> None:
        """Let TOKENS go; before their time they leave a debt."""
        self._full_at = self.rate.spend(self._full_at, tokens, now)

    def take(self, tokens: float, now: float) -> bool:
        """Let TOKENS go if they may; return whether."""
        if self.ready_at(tokens) > now:
            return False
        self.spend(tokens, now)
        return True


class RateTable:
    """A bucket of one token's price for each key, for a bounded number of keys.

    When the table is full the key that was seen longest ago makes way; should it
    come back, it finds a full bucket.

    Args:
        rate: of every key.
        limit: keys at most.
    """

    def __init__(self, rate: Rate, limit: int = KEPT_ADDRESSES) -> None:
        self.rate = rate
        self.limit = limit
        self._full_at: OrderedDict[Hashable, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, now: float) -> bool:
        """Take one token of a key; return whether there was one."""
        full_at = self._full_at.get(key, now)
        if self.rate.ready_at(full_at, 1) > now:
            self._full_at.move_to_end(key)
            return False
        self._full_at[key] = self.rate.spend(full_at, 1, now)
        self._full_at.move_to_end(key)
        self._forget(now)
        return True

    def give_back(self, key: Hashable) -> None:
        """Put one token back, as if it had not been taken."""
        if key in self._full_at:
            self._full_at[key] -= 1 / self.rate.per_second

    def _forget(self, now: float) -> None:
        """Drop what is full again from the old end, and what is too much."""
        table = self._full_at
        while table:
            oldest = next(iter(table))
            if table[oldest] > now and len(table) <= self.limit:
                return
            del table[oldest]
