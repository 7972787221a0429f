"""What chance may do by itself, so that nobody is accused of it.

Loss: reckoned with two packets lost of a hundred, each way: then a packet or its answer
is lost once in 25. What chance does once in ten thousand transfers is taken for chance.

Order: where a fault does not depend on the port, as that of one of several paths,
failed and working tries may still lie apart by their ports.
"""

from math import ceil, comb, log

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


_BY_CHANCE = 0.001
"""How seldom chance may part failed tries from working ones, if a port is to blame."""


def is_parted_by_chance(failed: int, worked: int, sides: int = 1) -> bool:
    """Whether tries may lie apart by their ports though no port matters.

    If none does, each order of failed and working tries is as likely as any other, and
    one of them has all failed tries on one side.

    Args:
        failed: how many tries, each with ports of its own.
        worked: how many others.
        sides: 2 where the failed ones may be above as well as below.
    """
    return sides / comb(failed + worked, failed) > _BY_CHANCE
