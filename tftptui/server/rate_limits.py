"""Token buckets, single or one per key.

A bucket is one number: the time when it is full again, as missing tokens come back at
the rate. A full bucket equals one that never existed, so forgetting it loses nothing.
"""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

KEPT_ADDRESSES = 16_384
"""Buckets of one table: the limit on what a flood can cost."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Tokens per second, and the size of the bucket.

    A request for more tokens than the burst passes when the bucket is full, and leaves
    a debt. So over any T seconds at most ``T * per_second`` tokens pass plus one burst,
    or plus the largest single request if that is more.
    """

    per_second: float
    burst: float

    def ready_at(self, full_at: float, tokens: float) -> float:
        """Return when TOKENS are available."""
        return full_at - max(0.0, self.burst - tokens) / self.per_second

    def spend(self, full_at: float, tokens: float, now: float) -> float:
        """Return when the bucket is full again after spending TOKENS."""
        return max(full_at, now) + tokens / self.per_second


class Bucket:
    """One bucket, initially full. Times are monotonic seconds."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._full_at = -math.inf

    def ready_at(self, tokens: float) -> float:
        """Return when TOKENS are available."""
        return self.rate.ready_at(self._full_at, tokens)

    def spend(self, tokens: float, now: float) -> None:
        """Spend TOKENS, going into debt if they are not available yet."""
        self._full_at = self.rate.spend(self._full_at, tokens, now)

    def take(self, tokens: float, now: float) -> bool:
        """Spend TOKENS if they are available; return whether they were."""
        if self.ready_at(tokens) > now:
            return False
        self.spend(tokens, now)
        return True


class RateTable:
    """One bucket per key, for a bounded number of keys; each take() costs one token.

    When the table is full the least recently seen key is dropped; if it comes back, it
    gets a full bucket.

    Args:
        rate: of every key.
        limit: maximum number of keys.
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
        """Return one token to a key."""
        if key in self._full_at:
            self._full_at[key] -= 1 / self.rate.per_second

    def _forget(self, now: float) -> None:
        """Drop full buckets from the old end, and those beyond the limit."""
        table = self._full_at
        while table:
            oldest = next(iter(table))
            if table[oldest] > now and len(table) <= self.limit:
                return
            del table[oldest]
