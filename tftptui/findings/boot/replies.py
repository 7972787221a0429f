"""DHCP replies to a machine.

The findings two-dhcp, sent-elsewhere, file-not-named, http-only and name-differs.
"""

from tftptui.findings.boot.no_reply import split
from tftptui.findings.boot.wire_facts import NO_REQUEST, WireFacts, ends
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.words import joined
from tftptui.wire.architectures import is_http


def _kind(code: Code) -> Kind:
    return Kind(code=code, scope=Scope.CLIENT, broken=(), helps=NO_REQUEST, ended=ends)


TWO_DHCP = _kind(Code.TWO_DHCP)
SENT_ELSEWHERE = _kind(Code.SENT_ELSEWHERE)
FILE_NOT_NAMED = _kind(Code.FILE_NOT_NAMED)
HTTP_ONLY = _kind(Code.HTTP_ONLY)
NAME_DIFFERS = _kind(Code.NAME_DIFFERS)

_BOOTERS = ("PXE firmware", "iPXE", "U-Boot", "barebox", "ONIE")
"""Programs that want a file, not only an address."""


def two_dhcp(facts: WireFacts) -> Draft | None:
    """Detect two servers that offer addresses: it is random which one is taken."""
    giving, _ = split(list(facts.attempt.offers.values()))
    if len(giving) < 2:  # noqa: PLR2004 - one is as it should be
        return None
    servers = [one.server for one in giving]
    return facts.draft(
        TWO_DHCP,
        f"{len(giving)} DHCP servers offer {facts.name} an address: {joined(servers)}. "
        "Which one it takes may change from boot to boot.",
        confidence=FACT,
        evidence=tuple(f"{one.server}: {one.words()}" for one in giving),
        remedies=(
            (
                "stop the one that does not belong here, or set the same next-server "
                "and file on both"
            ),
        ),
        stands_at="server-segment",
        proof=f"sudo tftptui wire --ask {facts.device.interface}",
    )


def sent_elsewhere(facts: WireFacts) -> Draft | None:
    """Detect a DHCP reply that names another server, so that no request comes here."""
    offer = facts.attempt.boot_offer
    went_on = facts.attempt.chosen or facts.attempt.ack or facts.attempt.requested
    if offer is None or not went_on or not facts.own_addresses:
        return None
    servers = list(offer.boot_servers)
    if not _boots(facts) or not servers or facts.own_addresses & {*servers}:
        return None
    return facts.draft(
        SENT_ELSEWHERE,
        f"The DHCP server {offer.server} sends {facts.name} to {joined(servers)}: no "
        "request comes here.",
        confidence=FACT,
        evidence=(f"{offer.server}: {offer.words()}",),
        remedies=(
            (
                f"to boot it from here: set next-server (siaddr, options 66 and 150) "
                f"on {offer.server} to {joined(sorted(facts.own_addresses))}"
            ),
        ),
        stands_at="nobody",
        is_alarm=False,
        proof=f"sudo tftptui wire --ask {facts.device.interface}",
    )


def file_not_named(facts: WireFacts) -> Draft | None:
    """Detect a boot program that got an address, but no file name."""
    attempt = facts.attempt
    if attempt.ack is None or not _boots(facts):
        return None
    heard = [attempt.ack, *attempt.offers.values()]
    is_named = any(one.file or one.has_menu or one.is_proxy for one in heard)
    if (
        is_named
        or attempt.proxy_request_at is not None
        or attempt.requested is not None
    ):
        return None
    return facts.draft(
        FILE_NOT_NAMED,
        f"{facts.name} gets an address from {attempt.ack.server} but no file to boot.",
        confidence=LIKELY,
        evidence=(f"{attempt.ack.server}: {attempt.ack.words()}",),
        remedies=(
            (
                f"set the file (option 67) and the server (siaddr, option 66) on "
                f"{attempt.ack.server}"
            ),
        ),
        stands_at="server-segment",
        proof=f"sudo tftptui wire --ask {facts.device.interface}",
    )


def http_only(facts: WireFacts) -> Draft | None:
    """Detect firmware in HTTP Boot mode, which never uses TFTP."""
    numbers = facts.attempt.architectures
    if not numbers or not all(map(is_http, numbers)):
        return None
    machines = joined([str(one) for one in numbers])
    return facts.draft(
        HTTP_ONLY,
        f"{facts.name} boots by HTTP: it sends no TFTP request.",
        confidence=FACT,
        evidence=(f"its DISCOVER has option 93 = {machines}: it wants a URL",),
        remedies=(
            "select PXE (IPv4) instead of HTTP in its boot menu",
            "or offer it a URL (option 67) with HTTPClient in option 60",
        ),
        stands_at="client",
        is_alarm=False,
    )


def name_differs(facts: WireFacts) -> Draft | None:
    """Detect a request for another file than the DHCP server has named."""
    offer, requested = facts.attempt.boot_offer, facts.attempt.requested
    if offer is None or requested is None or not offer.file or requested.is_write:
        return None
    if offer.file.lstrip(b"/") == requested.file.lstrip(b"/"):
        return None
    if requested.server not in offer.boot_servers:
        return None
    return facts.draft(
        NAME_DIFFERS,
        f"DHCP told {facts.name} to load {offer.shown_file}, but it requests "
        f"{visible(requested.file)}.",
        confidence=FACT,
        evidence=(f"{offer.server}: {offer.words()}",),
        remedies=(
            (
                "if that file does not exist: check the machine's own settings "
                "(U-Boot: bootfile, autoload), which override DHCP"
            ),
        ),
        stands_at="client",
        is_alarm=False,
    )


def _boots(facts: WireFacts) -> bool:
    """Return whether it wants a file: routers send next-server to every client."""
    attempt = facts.attempt
    is_asking = attempt.bootp or attempt.requested is not None
    return bool(is_asking) or facts.device.program in _BOOTERS
