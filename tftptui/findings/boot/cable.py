"""address-missing and link-flaps: findings of a direct cable to one board."""

from ipaddress import IPv4Address

from tftptui.findings.boot.wire_facts import NO_REQUEST, WireFacts, ends
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, LIKELY, Remedy
from tftptui.telemetry.words import joined, seconds

_ENOUGH = 2
"""ARP requests: the first may be lost."""

_CHECKING = 5.0
"""Seconds after a DISCOVER in which a DHCP server checks whether an address is free."""

_MANY_CHANGES, _WITHIN = 4, 60.0
"""Two losses of the link within this many seconds: a board resets once while
booting."""

MISSING = Kind(
    code=Code.ADDRESS_MISSING,
    scope=Scope.CLIENT,
    broken=(),
    helps=NO_REQUEST,
    ended=ends,
)

FLAPS = Kind(
    code=Code.LINK_FLAPS,
    scope=Scope.CLIENT,
    broken=(),
    helps=NO_REQUEST,
    ended=ends,
)


def missing_address(facts: WireFacts) -> str:
    """Return the address that a lone board looks for and no host has, or ""."""
    if facts.neighbors:
        return ""  # another host may have it: its reply is not heard here
    for target, lookup in facts.device.lookups.items():
        is_ours = target in facts.own_addresses
        if lookup.count < _ENOUGH or lookup.is_answered or is_ours:
            continue
        if facts.link.asked is not None and (
            0 <= lookup.first - facts.link.asked <= _CHECKING
        ):
            continue  # a DHCP server checks the address that it will offer us
        if not IPv4Address(target).is_link_local:
            return target
    return ""


def address_missing(facts: WireFacts) -> Draft | None:
    """Detect a board alone on the wire that looks for an address no host has."""
    target = missing_address(facts)
    if not target:
        return None
    lookup = facts.device.lookups[target]
    took = seconds(lookup.last - lookup.first)
    add = Remedy(
        text="if this host is the server, add that address",
        command=f"sudo ip address add {target}/24 dev {facts.device.interface}",
    )
    own = joined([str(one.ip) for one in facts.link.addresses]) or "no IPv4 address"
    return facts.draft(
        MISSING,
        f"{facts.name} sends ARP requests for {target}, but no host on this network "
        f"has it; {facts.device.interface} has {own}.",
        confidence=LIKELY,
        evidence=(f"{lookup.count} ARP requests for {target} in {took}",),
        remedies=(
            add,
            "or set serverip on the board to an address of this host",
        ),
        stands_at="server",
    )


def link_flaps(facts: WireFacts) -> Draft | None:
    """Detect a link that repeatedly goes down while a machine boots."""
    times = [time for time, _ in facts.link.changes if time >= facts.now - _WITHIN]
    if facts.neighbors or len(times) < _MANY_CHANGES:
        return None
    return facts.draft(
        FLAPS,
        f"The link of {facts.device.interface} goes down and up: {len(times)} changes "
        f"in {seconds(times[-1] - times[0])}.",
        confidence=FACT,
        evidence=("packets sent while the link is down are lost",),
        remedies=(
            "try another cable and port; a board that resets in a loop does this too",
        ),
        stands_at="server-segment",
    )
