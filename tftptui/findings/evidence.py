"""Evidence shared by most rules."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from tftptui.findings.ends import STEP
from tftptui.findings.facts import Facts, HostBlock, Icmp, Neighbour, SelfTest
from tftptui.knowledge.signatures import known
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.ttl_walks import Location
from tftptui.telemetry.words import counted, joined, port_word, ports, seconds, times

_DROPPED = "dropped by this host's own rules"

_AT_ONCE = 0.01
"""Seconds within which requests count as simultaneous, such as those of a probe."""


def asked(facts: Facts) -> Evidence:
    """Return how many requests came, from which ports and at which intervals."""
    moments = sorted(time for one in facts.tries for time in one.asked_at)
    text = f"{counted(facts.requests, 'request')} for {facts.file}"
    if facts.tries:
        text += f", from {port_word(facts.client_tids)}"
    gaps = [after - before for before, after in pairwise(moments)]
    if gaps and max(gaps) < _AT_ONCE:
        text += ", all at once"
    elif gaps:
        waits = [seconds(gap) for gap in gaps[:3]]
        text += (
            f", {', '.join(waits)} … apart" if gaps[3:] else f", {joined(waits)} apart"
        )
    client = known(facts.kind)
    if client and client.steps and _counts_up(facts):
        text += ", the client's port higher each time"
    number = facts.numbers[-1] if facts.tries else None
    return Evidence(text=text, transfer=number, time=facts.last_requested)


def _counts_up(facts: Facts) -> bool:
    """Return whether each request came from a higher port, within a small step."""
    tids = [one.client_tid for one in facts.tries]
    if len(tids) < 2 or any(one.requests > 1 for one in facts.tries):  # noqa: PLR2004
        return False
    return all(0 < after - tid <= STEP for tid, after in pairwise(tids))


def answered_alike(facts: Facts, last: Refused) -> Facts:
    """Return facts with only those refusals that got the same reply as LAST."""
    same = tuple(one for one in facts.refusals if one.message == last.message)
    if len(same) == len(facts.refusals):
        return facts  # the merely counted ones most likely had the same
    return replace(facts, refusals=same, refusals_in_all=0, ports_in_all=0)


def refused_requests(facts: Facts) -> str:
    """Return how many requests were refused, and from how many ports they came."""
    tids = facts.refused_tids
    if facts.refused_from > len(tids):
        requests = counted(facts.refused, "request")
        return f"{requests} from {counted(facts.refused_from, 'port')}"
    if len(tids) == 1:
        return f"requested {times(facts.refused)}, from {port_word(tids)}"
    return f"{counted(facts.refused, 'request')}, from {port_word(tids)}"


def unanswered(facts: Facts) -> Evidence:
    """Return how our replies were sent while nothing came back."""
    first = facts.tries[0]
    icmp = "no ICMP error" if not facts.icmp else "but ICMP errors came"
    left = "this host sent them without an error"
    if facts.scene.is_capture:
        left = "all are in this capture"
    text = (
        f"{counted(facts.answers, 'reply', 'replies')} from "
        f"{port_word(facts.server_tids)}: {left}; none acknowledged, {icmp}"
    )
    return Evidence(text=text, transfer=first.number, time=first.started)


def program(facts: Facts) -> list[Evidence]:
    """Return the client program, and its relevant quirk."""
    client = known(facts.kind)
    if client is None:
        return []
    text = f"client program: looks like {client.kind}"
    if client.quirk and (not client.is_of_oacks or _minds_oacks(facts)):
        text = f"{text}. {client.quirk}"
    return [Evidence(text=text)]


def _minds_oacks(facts: Facts) -> bool:
    """Return whether an OACK was resent, and no block was acknowledged."""
    return any(one.oacks_again and not one.acked_blocks for one in facts.tries)


def own_rules(block: HostBlock | None) -> list[Evidence]:
    """Return the rule of this host's firewall that drops packets, if any."""
    if block is None:
        return []
    if block.is_fresh:
        return [Evidence(text=f"{_DROPPED}: {visible(block.by)}")]
    minutes = counted(max(1, round(block.age / 60)), "minute")
    return [
        Evidence(
            text=f"{_DROPPED}, as of {minutes} ago: {visible(block.by)}; to read the "
            "rules again: sudo tftptui doctor"
        )
    ]


def complaints(icmp: Iterable[Icmp]) -> list[Evidence]:
    """Return ICMP errors, grouped by sender and kind."""
    alike: dict[tuple[str, str], list[Icmp]] = {}
    for one in icmp:
        alike.setdefault((one.name, one.sender or "unknown"), []).append(one)
    found = []
    for (name, sender), those in alike.items():
        last = max(those, key=lambda one: one.times[-1])
        count = sum(len(one.times) for one in those)
        of = f", in {len(those)} transfers" if len(those) > 1 else ""
        text = f"ICMP {name!r} from {sender}, {times(count)}{of}"
        found.append(Evidence(text=text, transfer=last.transfer, time=last.times[-1]))
    return found


def refused(facts: Facts, icmp: Iterable[Icmp]) -> tuple[Evidence, ...]:
    """Return ICMP errors, the requests, and the client program."""
    return (*complaints(icmp), asked(facts), *program(facts))


def worked(neighbours: Iterable[Neighbour], client: str) -> list[Evidence]:
    """Return successful transfers of the same network, a few of them."""
    found = list(neighbours)[-3:]
    return [
        Evidence(
            text=f"{_who(one, client)}{_what_came(one)}",
            transfer=one.number,
            time=one.time,
        )
        for one in reversed(found)
    ]


def walked(location: Location | None) -> list[Evidence]:
    """Return the result of the hop-by-hop probe, if there was one."""
    if location is None or not location.verdict:
        return []
    text = f"hop by hop to {location.client}: {location.verdict}"
    return [Evidence(text=text, transfer=location.transfer)]


def self_tested(found: SelfTest | None) -> list[Evidence]:
    """Return the result of a self-test of this host, if there was one."""
    if found is None:
        return []
    how = "it got its file" if found.works else "its ACKs did not arrive either"
    text = f"self-test of this host (key D) through {found.address}: {how}"
    if found.works:
        text += "; other rules may apply to packets from other hosts"
    return [Evidence(text=text, time=found.time)]


def in_vain(facts: Facts, others: Iterable[Neighbour]) -> tuple[Evidence, ...]:
    """Return the evidence that our replies do not arrive, and which others do."""
    return (
        *walked(facts.location),
        asked(facts),
        unanswered(facts),
        *worked(others, facts.client),
        *program(facts),
    )


def _what_came(one: Neighbour) -> str:
    """Return the result of a transfer that shows a working path, to end a sentence."""
    port = ports([one.client_tid])
    if one.is_done:
        did = "sent" if one.is_upload else "got"
        return f" {did} {one.file} on its port {port}"
    return f": replies reached its port {port}, for {one.file}"


def _who(one: Neighbour, client: str) -> str:
    looks = f"it looks like {one.kind}" if one.kind else ""
    if one.client == client:
        return f"the same host ({looks or 'another program'})"
    # The common prefix is known; whether it is one network is not.
    same = "/64" if ":" in one.client else "/24"
    return f"{one.client} (same {same}{f'; {looks}' if looks else ''})"
