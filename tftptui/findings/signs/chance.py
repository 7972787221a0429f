"""What plain loss may do by itself, so that nobody is accused of it.

Reckoned with two packets lost of a hundred, each way: then a packet or its answer is
lost once in 25. What chance does once in ten thousand transfers is taken for chance.
"""

from math import ceil, log

ROUND_LOST = 0.04
"""How often a packet or its answer is lost."""

_RARE = 1e-4
FEWEST, _MOST = 4, 6

_NO_SURPRISE = 0.01
"""How often loss has to do something so that it explains it."""


def rounds_no_chance(blocks: int, resent: int = 0) -> int:
    """Return how many rounds in a row can't be lost by chance in a transfer.

    Args:
        blocks: that went well; any of them might have been the unlucky one.
        resent: how often something was lost on the way so far.
    """
    lost = min(0.5, max(ROUND_LOST, resent / (blocks + resent + 1)))
    rounds = ceil(log(_RARE / (blocks + 1)) / log(lost))
    return max(FEWEST, min(_MOST, rounds))


def is_by_loss(rounds: int, blocks: int, lost: int) -> bool:
    """Whether loss as seen so far may well lose so many rounds in a row.

    Args:
        rounds: lost in a row at the end.
        blocks: that went well; any of them might have been the unlucky one.
        lost: rounds that were lost before, one by one.
    """
    share = max(ROUND_LOST, lost / (blocks + lost + 1))
    return float(share**rounds) * (blocks + 1) > _NO_SURPRISE
