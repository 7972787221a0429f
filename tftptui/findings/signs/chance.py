"""The effects of chance alone, so that they are not reported as faults.

Loss: assumes that two percent of packets are lost in each direction: then a packet or
its reply is lost once in 25. An event that this causes once in ten thousand transfers
is attributed to chance.

Order: if a fault does not depend on the port, such as that of one of several paths,
failed and working tries may still be separated by their ports.
"""

from math import ceil, comb, log

ROUND_LOST = 0.04
"""Probability that a packet or its reply is lost."""

_RARE = 1e-4
FEWEST, _MOST = 4, 6

_NO_SURPRISE = 0.01
"""Minimum probability for loss to be an explanation."""


def rounds_no_chance(blocks: int, resent: int = 0) -> int:
    """Return how many rounds in a row can't be lost by chance in a transfer.

    Args:
        blocks: successful blocks; the loss could have started after any of them.
        resent: how often something was lost on the path so far.
    """
    lost = min(0.5, max(ROUND_LOST, resent / (blocks + resent + 1)))
    rounds = ceil(log(_RARE / (blocks + 1)) / log(lost))
    return max(FEWEST, min(_MOST, rounds))


def is_by_loss(rounds: int, blocks: int, lost: int) -> bool:
    """Return whether the loss so far may well explain so many lost rounds in a row.

    Args:
        rounds: lost in a row at the end.
        blocks: successful blocks; the loss could have started after any of them.
        lost: single rounds lost before.
    """
    share = max(ROUND_LOST, lost / (blocks + lost + 1))
    return float(share**rounds) * (blocks + 1) > _NO_SURPRISE


_BY_CHANCE = 0.001
"""Maximum probability that chance separates failed tries from working ones, to blame a
port."""


def is_parted_by_chance(failed: int, worked: int, sides: int = 1) -> bool:
    """Return whether ports may separate the tries though no port matters.

    If none does, each order of failed and working tries is equally likely, and one of
    them has all failed tries on one side.

    Args:
        failed: number of failed tries, each with its own ports.
        worked: number of others.
        sides: 2 if the failed ones may be above as well as below.
    """
    return sides / comb(failed + worked, failed) > _BY_CHANCE
