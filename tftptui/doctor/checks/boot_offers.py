"""DHCP offers for each kind of machine: do they point to this server and its files?"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from tftptui.doctor.result import Mark, Result, bad, ok, warn
from tftptui.telemetry.words import joined
from tftptui.wire.offers import Offer
from tftptui.wire.questions import TITLES, Answers, Arch

TOPIC = "dhcp"

_URLS = (b"http://", b"https://")


class FileCheck(msgspec.Struct, frozen=True):
    """Whether an offered file would be served here, and why (not), in words."""

    is_served: bool
    words: str


class Here(msgspec.Struct, frozen=True):
    """The facts about this host for these checks.

    Attributes:
        addresses: its own.
        check: checks an offered file; None if no root is known.
    """

    addresses: frozenset[str]
    check: Callable[[bytes], FileCheck] | None = None


def check_offers(answers: Iterable[Answers], here: Here) -> list[Result]:
    """Return the results of all offers; common results first."""
    found = list(answers)
    if found and not any(one.offers for one in found):
        return [
            bad(
                TOPIC,
                "No DHCP server replied: machines get no address here. Check for a "
                "DHCP server or relay in this VLAN. DHCP snooping on a switch may "
                "also drop the DISCOVER.",
            )
        ]
    results = list(_several(found))
    for one in found:
        results += _of_kind(one, here)
    return results


def _several(answers: list[Answers]) -> Iterator[Result]:
    """Warn of two servers that both offer addresses: it is random which one is used."""
    offers = [offer for one in answers for offer in one.offers]
    giving = list(dict.fromkeys(one.server for one in offers if one.address))
    if len(giving) > 1:
        yield warn(
            TOPIC,
            f"{len(giving)} DHCP servers offer addresses: {joined(giving)}. A machine "
            "may take another one at each boot.",
        )


def _of_kind(answers: Answers, here: Here) -> Iterator[Result]:
    arch, offers = answers.arch, answers.offers
    naming = [one for one in offers if one.boot_servers or one.has_menu]
    if not offers:
        yield _result(arch, Mark.WARN, "no DHCP server replied to this kind of machine")
    elif arch is Arch.HTTP:
        yield _http(offers)
    elif not naming:
        yield _nothing_named(arch, offers)
    for one in naming if arch is not Arch.HTTP else ():
        yield _named(arch, one, here)


def _http(offers: Iterable[Offer]) -> Result:
    """Check HTTP Boot, which needs a URL from an HTTPClient (UEFI 2.10 §24.7)."""
    for one in offers:
        if one.vendor_class.startswith("HTTPClient") and one.file.startswith(_URLS):
            words = f"{one.server} offers {one.shown_file} by HTTP, without TFTP"
            return _result(Arch.HTTP, Mark.OK, words)
    words = (
        "no offer has HTTPClient in option 60 and a URL in option 67, so HTTP Boot "
        "fails; such a machine never uses TFTP"
    )
    return _result(Arch.HTTP, Mark.WARN, words)


def _nothing_named(arch: Arch, offers: Iterable[Offer]) -> Result:
    proxies = [one.server for one in offers if one.is_proxy]
    if proxies and arch is not Arch.PLAIN:
        return _result(arch, Mark.OK, _on_4011(joined(proxies)))
    words = (
        f"{joined([one.server for one in offers])} offers an address but no server "
        "and no file; set next-server (siaddr, option 66) and file (option 67) there"
    )
    return _result(arch, Mark.WARN, words)


def _named(arch: Arch, offer: Offer, here: Here) -> Result:
    """Check the server and the file of an offer."""
    servers = list(offer.boot_servers)
    ours = [one for one in servers if one in here.addresses]
    if servers and not ours:
        own = joined(sorted(here.addresses)) or "none"
        words = f"{offer.server} points to {joined(servers)}, not to this host ({own})"
        return _result(arch, Mark.WARN, words)
    if len(ours) < len(servers):
        words = (
            f"{offer.server} names {joined(servers)}: the firmware decides which is "
            "used; put the same address in siaddr and in options 66 and 150"
        )
        return _result(arch, Mark.WARN, words)
    return _file(arch, offer, here)


def _file(arch: Arch, offer: Offer, here: Here) -> Result:
    if not offer.file:
        if arch is not Arch.PLAIN and (offer.is_proxy or offer.has_menu):
            return _result(arch, Mark.OK, _on_4011(offer.server))
        words = f"{offer.server} points to this host but names no file (option 67)"
        return _result(arch, Mark.WARN, words)
    named = f"{offer.server} points to this host for {offer.shown_file}"
    if here.check is None:
        words = f"{named}; add --root FOLDER to check that it is served"
        return _result(arch, Mark.OK, words)
    checked = here.check(offer.file)
    mark = Mark.OK if checked.is_served else Mark.BAD
    return _result(arch, mark, f"{named}: {checked.words}")


def _on_4011(server: str) -> str:
    return f"{server} names the file on port 4011, which was not tested"


def _result(arch: Arch, mark: Mark, words: str) -> Result:
    make = {Mark.OK: ok, Mark.WARN: warn, Mark.BAD: bad}[mark]
    return make(TOPIC, f"{TITLES[arch]}: {words}.")
