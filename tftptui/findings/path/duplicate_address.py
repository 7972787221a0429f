"""duplicate-address: a port is said to be closed, and goes on sending."""

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView

_UNDER_WAY = 0.5
"""Seconds after an error within which what comes may have been under way before."""

_SURER = 2
"""Errors that the client went on after, from which on none is a forged one."""

KIND = Kind(
    code=Code.DUPLICATE_ADDRESS,
    scope=Scope.CLIENT,
    broken=("down",),
    helps=no_port_matters(
        "whoever else has the address knows none of the ports",
        "small packets go to the wrong machine as well",
        "they go to the wrong machine, however often they are sent",
        "no firewall drops the packets",
    ),
    ended=served,
)


def duplicate_address(facts: Facts) -> Draft | None:
    """The client answered, then its port was said to be closed, and it went on.

    A program that has closed its port sends nothing from it any more: somebody else
    says so, who has the same address.
    """
    one = facts.latest
    if one is None or not one.heard or facts.is_done or not one.timeouts:
        return None
    closed = [
        icmp
        for icmp in facts.icmp
        if icmp.is_port_closed
        and icmp.sender == facts.client
        and icmp.transfer == one.number
    ]
    said = sorted(time for icmp in closed for time in icmp.times)
    after = [time for time in said if time + _UNDER_WAY < _last_spoke(one)]
    if not after:
        return None
    return Draft(
        kind=KIND,
        headline=f"UDP port {one.client_tid} of {facts.client} is said to be closed, "
        "and goes on sending: most likely two machines have that address.",
        confidence=LIKELY if len(after) >= _SURER else POSSIBLE,
        stands_at="client",
        transfers=(one.number,),
        since=after[0],
        evidence=(
            *evidence.complaints(closed),
            Evidence(
                text=f"the client sent from port {one.client_tid} after that",
                transfer=one.number,
                time=_last_spoke(one),
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            "look for a second machine with that address: ip neigh here or on the last "
            "router shows its MAC address change",
            "or for a firewall of the client that rejects with port unreachable",
        ),
        helps=KIND.would_help(facts),
        proof=f"arping -D -c 3 {facts.client}",
    )


def _last_spoke(one: TransferView) -> float:
    return max(one.moved, one.repeated if one.repeated_acks > 0 else 0.0)
