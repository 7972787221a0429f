"""What a client's tries for one file add up to, told in a sentence or two."""

from collections.abc import Sequence
from itertools import pairwise

from tftptui.findings.facts import Case, same_options
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
"""Seconds after our first answer during which silence means nothing."""


def story_of(case: Case) -> str:
    """Return the story of a case; empty while it is one plain try."""
    if not case.tries:
        return ""
    parts = [*_stages(case), *_refused(case)]
    if parts:
        return f"{'; '.join([*parts, *_result(case)])}."
    if len(case.tries) == 1 and case.requests == 1:
        return ""
    return f"{'; '.join([_asked(case), *_result(case)])}."


def _stages(case: Case) -> list[str]:
    """Return what a client did that asked for the size before the file."""
    first, *others = case.tries
    size_first = first.phase == "probed" and others
    if not size_first or same_options(first.asked, others[-1].asked):
        return []
    again = sum(one.requests for one in others)
    more = f" {times(again)}" if again > 1 else ""
    text = f"asked for the size from port {first.client_tid}, then for the file"
    return [f"{text}{more} from {_from_ports(others)}"]


def _refused(case: Case) -> list[str]:
    count = case.refused
    if not count or not case.tries:
        return []
    if _are_of_others(case):
        return [f"{_other_requests(case)}, refused"]
    return [
        f"refused {times(count)}",
        f"asked {times(case.requests - count)} from {_from_ports(case.tries)}",
    ]


def _are_of_others(case: Case) -> bool:
    """Whether all that was refused came from other ports, while a try ran.

    Other programs of the same host most likely asked for the same file.
    """
    begun, tids = case.tries[0].started, case.client_tids
    are_later = all(one.time > begun for one in case.refusals)
    return case.refused > 0 and are_later and case.refused_tids.isdisjoint(tids)


def _other_requests(case: Case) -> str:
    tids, count = case.refused_tids, case.refused_from
    whence = port_word(tids) if count == len(tids) else counted(count, "port")
    return (
        f"{counted(case.refused, 'other request')} of this host for it, from {whence}"
    )


def _asked(case: Case) -> str:
    text = f"asked {times(case.requests)}, from {_from_ports(case.tries)}"
    if not case.is_one_program:
        text = f"{counted(case.requests, 'request')}, from {_from_ports(case.tries)}"
    client = known(case.kind)
    if client and client.steps and _is_counting(case.client_tids, client.steps):
        return f"{text}, each +{client.steps}: it takes a new port at each try"
    keeps = client and not client.steps and not client.is_firmware
    if keeps and len(case.client_tids) > 1:
        return f"{text}: a program that was run again, or several programs"
    gaps = _gaps(case.tries)
    if len(case.client_tids) == 1 and gaps:
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


def _result(case: Case) -> list[str]:
    latest = case.tries[-1]
    if latest.phase == "completed":
        return [_came(case, latest)]
    if case.heard or any(one.phase == "probed" for one in case.tries):
        return []
    if case.waited < _SOON:
        return []
    if case.answers == 1:
        return [f"{case.voice.our} answer was not acknowledged"]
    answers = counted(case.answers, "answer")
    return [f"none of {case.voice.our} {answers} was acknowledged"]


def _came(case: Case, latest: TransferView) -> str:
    """Return that the file came: at which try, if one program has tried all along."""
    if all(one.phase == "completed" for one in case.tries) and len(case.tries) > 1:
        return "it came each time"
    if case.is_one_program:
        return f"it came at the {ordinal(case.requests)} try"
    if _are_of_others(case) and case.requests == case.refused + 1:
        return "it came at the first try"
    return f"it came on port {latest.client_tid}"
