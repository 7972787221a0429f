"""Transfers that had started and are stuck: since when, and which end is silent."""

from tftptui.findings.facts import Facts
from tftptui.findings.signs.chance import FEWEST, rounds_no_chance
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, seconds

STUCK_SECONDS, _LONG_STUCK = 5.0, 8.0
"""Seconds without progress, besides timeouts in a row that exclude chance. After the
longer time one timeout less is enough: on a slow path the next one is far off."""


def is_stuck(facts: Facts, one: TransferView) -> bool:
    """Return whether progress stopped, and stopped before the client itself quit."""
    closed = facts.closed_at(one)
    if one.superseded:
        return False
    if one.phase == "abandoned" and not closed and not one.evicted:
        return True
    until = min([*closed, one.ended or facts.now])
    still, timeouts = until - one.moved, one.timeouts - len(closed)
    enough = rounds_no_chance(one.acked_blocks, max(0, one.retransmits - one.timeouts))
    if still >= _LONG_STUCK:
        enough = max(FEWEST, enough - 1)
    has_waited = one.running or one.phase == "abandoned" or ended_by_client(one)
    return has_waited and timeouts >= enough and still >= STUCK_SECONDS


def is_waiting(facts: Facts, one: TransferView) -> bool:
    """Whether nothing has come for so long that it is worth a word, and no more.

    A client that asks for long time-outs gets few repeats: until chance is excluded
    takes half a minute.
    """
    if not one.running or one.superseded:
        return False
    return one.timeouts > 0 and facts.now - one.moved >= _LONG_STUCK


def may_have_all(one: TransferView) -> bool:
    """Return whether the last block was sent: then a client may quit silently."""
    if one.direction != "read" or one.total_size is None:
        return False
    return one.sent_blocks > one.total_size // one.block_size


def ended_by_client(one: TransferView) -> bool:
    """Return whether the client ended it with an ERROR."""
    return one.peer_error is not None and one.phase in ("failed", "probed")


def stopped(facts: Facts, one: TransferView) -> Evidence:
    """Return when and after how many blocks nothing came any more."""
    silent = seconds((one.ended or facts.now) - one.moved)
    return Evidence(
        text=f"{counted(one.acked_blocks, 'block')} acknowledged, then nothing for "
        f"{silent}; no ICMP error",
        transfer=one.number,
        time=one.moved,
    )
