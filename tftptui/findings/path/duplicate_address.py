"""duplicate-address: a port is reported closed, and still sends packets."""

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
"""Seconds after an error within which packets may have been in flight before."""

_SURER = 2
"""ICMP errors, each followed by a packet of the client, that exclude a forged one."""

KIND = Kind(
    code=Code.DUPLICATE_ADDRESS,
    scope=Scope.CLIENT,
    broken=("down",),
    helps=no_port_matters(
        "replies may go to the other machine, whatever the port",
        "small packets go to the wrong machine too",
        "resent packets go to the wrong machine too",
        "no firewall drops the packets",
    ),
    ended=served,
)


def duplicate_address(facts: Facts) -> Draft | None:
    """Detect a client whose port was reported closed, and that continued.

    A program that has closed its port sends no more packets from it: another host with
    the same address sent the error.
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
        headline=f"Two machines have the address {facts.client}: one reports UDP port "
        f"{one.client_tid} closed, the other keeps sending from it.",
        confidence=LIKELY if len(after) >= _SURER else POSSIBLE,
        stands_at="client",
        transfers=(one.number,),
        since=after[0],
        evidence=(
            *evidence.complaints(closed),
            Evidence(
                text=f"the client sent from port {one.client_tid} after that error",
                transfer=one.number,
                time=_last_spoke(one),
            ),
            evidence.asked(facts),
        ),
        remedies=remedies.say(
            "find the second machine with that address: its MAC address changes in ip "
            "neigh, here or on the last router",
            "if there is only one machine: check whether its own firewall rejects "
            "packets with ICMP port unreachable",
        ),
        helps=KIND.would_help(facts),
        proof=f"sudo arping -D -c 3 {facts.client}",
    )


def _last_spoke(one: TransferView) -> float:
    return max(one.moved, one.repeated if one.repeated_acks > 0 else 0.0)
