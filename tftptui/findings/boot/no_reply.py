"""nobody-answers and proxy-ignored: a machine repeats its DHCP request."""

from tftptui.findings.boot.wire_facts import NO_REQUEST, WireFacts, ends
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import LIKELY, Remedy
from tftptui.telemetry.words import joined, seconds
from tftptui.wire.offers import Offer

_ENOUGH = 3
"""Requests: one may be lost, and two servers may take a moment."""

_LONG = 6.0
"""Minimum seconds of the retries: some firmware sends three requests in a row."""

NOBODY = Kind(
    code=Code.NOBODY_ANSWERS,
    scope=Scope.CLIENT,
    broken=(),
    helps=NO_REQUEST,
    ended=ends,
)

IGNORED = Kind(
    code=Code.PROXY_IGNORED,
    scope=Scope.CLIENT,
    broken=(),
    helps=NO_REQUEST,
    ended=ends,
)


def nobody_answers(facts: WireFacts) -> Draft | None:
    """Detect a machine that repeats its request and takes no reply, as far as heard."""
    attempt = facts.attempt
    times = _repeated(facts)
    if len(times) < _ENOUGH or attempt.offers:
        return None
    what = "DHCP" if attempt.discovers else "BOOTP"
    took = seconds(times[-1] - times[0])
    return facts.draft(
        NOBODY,
        f"{facts.name} gets no {what} reply: without an address it never sends a TFTP "
        "request.",
        confidence=LIKELY,
        evidence=(
            f"{len(times)} DISCOVERs in {took}, no REQUEST"
            if attempt.discovers
            else f"{len(times)} BOOTP requests in {took}",
        ),
        remedies=_remedies(facts),
        stands_at="server-segment",
        proof=f"sudo tftptui wire --ask {facts.device.interface}",
    )


def _remedies(facts: WireFacts) -> tuple[str | Remedy, ...]:
    """Return the remedies if no DHCP server is heard."""
    interface = facts.device.interface
    own = Remedy(
        text="if this network has no DHCP server, run dnsmasq",
        command=f"sudo tftptui wire {interface} --dnsmasq full --run --root FOLDER",
    )
    relay = (
        "if it has one, start it; if that server is in another network, start a DHCP "
        "relay on the router"
    )
    if facts.neighbors:
        return (relay, own)
    alone = Remedy(
        text="if it is the only board on that cable, restart tftptui with",
        command=f"sudo tftptui --cable {interface} FILE",
    )
    return alone, own, relay


def proxy_ignored(facts: WireFacts) -> Draft | None:
    """Detect a machine that takes neither an address nor a proxy's file."""
    attempt = facts.attempt
    giving, proxies = split(list(attempt.offers.values()))
    times = _repeated(facts)
    if len(times) < _ENOUGH or not giving or not proxies:
        return None
    if attempt.proxy_request_at is not None:
        return None
    address, file = giving[0].server, joined([one.server for one in proxies])
    return facts.draft(
        IGNORED,
        f"{facts.name} ignores proxy DHCP: {address} offers the address, {file} the "
        "boot server, and it takes neither.",
        confidence=LIKELY,
        evidence=(
            (
                f"both offers were seen; it sent {len(times)} DISCOVERs in "
                f"{seconds(times[-1] - times[0])}"
            ),
            "no REQUEST and no packet to port 4011 was seen",
        ),
        remedies=(
            (
                f"set next-server and file on the server that offers the address, "
                f"{address}, and stop the proxy"
            ),
        ),
        stands_at="client",
        proof=f"sudo tftptui wire --ask {facts.device.interface}",
    )


def split(offers: list[Offer]) -> tuple[list[Offer], list[Offer]]:
    """Return the offers with an address, and those of proxies."""
    return (
        [one for one in offers if not one.is_proxy],
        [one for one in offers if one.is_proxy],
    )


def _repeated(facts: WireFacts) -> list[float]:
    """Return the times of its requests, if all were unanswered for long; else []."""
    attempt = facts.attempt
    times = sorted((*attempt.discovers, *attempt.bootp))
    went_on = attempt.chosen or attempt.ack or attempt.requested
    is_long = bool(times) and times[-1] - times[0] >= _LONG
    return [] if went_on or not is_long else times
