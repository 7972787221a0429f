"""A summary of a client's tries for one file, in a sentence or two."""

from collections.abc import Sequence
from itertools import pairwise

from tftptui.findings.facts import Facts, same_options
from tftptui.knowledge.signatures import known
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import (
    counted,
    joined,
    ordinal,
    port_word,
    seconds,
    times,
)

_SOON = 1.0
"""Seconds after our first reply during which silence means nothing."""


def summary_of(facts: Facts) -> str:
    """Return the summary of a client's tries; "" for a single plain try."""
    if not facts.tries:
        return ""
    parts = [*_stages(facts), *_refused(facts)]
    if parts:
        return f"{'; '.join([*parts, *_result(facts)])}."
    if len(facts.tries) == 1 and facts.requests == 1:
        return ""
    return f"{'; '.join([_asked(facts), *_result(facts)])}."


def _stages(facts: Facts) -> list[str]:
    """Return the stages of a client that requested the size before the file."""
    first, *others = facts.tries
    size_first = first.phase == "probed" and others
    if not size_first or same_options(first.asked, others[-1].asked):
        return []
    again = sum(one.requests for one in others)
    more = f" {times(again)}" if again > 1 else ""
    text = f"requested the size from port {first.client_tid}, then the file"
    return [f"{text}{more} from {_from_ports(others)}"]


def _refused(facts: Facts) -> list[str]:
    count = facts.refused
    if not count or not facts.tries:
        return []
    if _are_of_others(facts):
        return [f"{_other_requests(facts)}, refused"]
    return [
        f"refused {times(count)}",
        f"requested {times(facts.requests - count)} from {_from_ports(facts.tries)}",
    ]


def _are_of_others(facts: Facts) -> bool:
    """Return whether all refused requests came from other ports, while a try ran.

    Most likely other programs of the same host requested the same file.
    """
    begun, tids = facts.tries[0].started, facts.client_tids
    are_later = all(one.time > begun for one in facts.refusals)
    return facts.refused > 0 and are_later and facts.refused_tids.isdisjoint(tids)


def _other_requests(facts: Facts) -> str:
    tids, count = facts.refused_tids, facts.refused_from
    whence = port_word(tids) if count == len(tids) else counted(count, "port")
    return f"{counted(facts.refused, 'other request')} from this host, from {whence}"


def _asked(facts: Facts) -> str:
    text = f"requested {times(facts.requests)}, from {_from_ports(facts.tries)}"
    if not facts.is_one_program:
        text = f"{counted(facts.requests, 'request')}, from {_from_ports(facts.tries)}"
    client = known(facts.kind)
    if client and client.steps and _is_counting(facts.client_tids, client.steps):
        return f"{text}, each +{client.steps}: a new port for each try"
    keeps = client and not client.steps and not client.is_firmware
    if keeps and len(facts.client_tids) > 1:
        return f"{text}: the program was run again, or several programs"
    gaps = _gaps(facts.tries)
    if len(facts.client_tids) == 1 and gaps:
        return f"{text}, {joined([seconds(gap) for gap in gaps])} apart"
    return text


def _from_ports(tries: Sequence[TransferView]) -> str:
    found = list(dict.fromkeys(one.client_tid for one in tries))
    return port_word(found)


def _is_counting(tids: Sequence[int], step: int) -> bool:
    return len(tids) > 1 and all(
        after - before == step for before, after in pairwise(tids)
    )


def _gaps(tries: Sequence[TransferView]) -> list[float]:
    """Return the first seconds between requests, at most three."""
    asked = sorted(time for one in tries for time in one.asked_at)
    return [after - before for before, after in pairwise(asked)][:3]


def _result(facts: Facts) -> list[str]:
    latest = facts.tries[-1]
    if latest.phase == "completed":
        return [_came(facts, latest)]
    if facts.heard or any(one.phase == "probed" for one in facts.tries):
        return []
    if facts.waited < _SOON:
        return []
    if facts.answers == 1:
        return [f"{facts.words.our} reply was not acknowledged"]
    replies = counted(facts.answers, "reply", "replies")
    return [f"none of {facts.words.our} {replies} was acknowledged"]


def _came(facts: Facts, latest: TransferView) -> str:
    """Return that the file was received: at which try, if all are one program's."""
    if all(one.phase == "completed" for one in facts.tries) and len(facts.tries) > 1:
        return "received each time"
    if facts.is_one_program:
        return f"received at the {ordinal(facts.requests)} try"
    if _are_of_others(facts) and facts.requests == facts.refused + 1:
        return "received at the first try"
    return f"received on port {latest.client_tid}"
