"""Filter tests on names and addresses."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from tftptui.telemetry.records.filters.terms import Texts, Word
from tftptui.telemetry.records.filters.vocabulary import PACKETS
from tftptui.telemetry.records.ring import NO_TRANSFER, Kind
from tftptui.telemetry.views import TransferView

_MODE = re.compile(r" (octet|netascii|mail)( .*)?$")
"""The part after the name in the note of a request."""


def text_test(pattern: str) -> Callable[[str], bool]:
    """Return a test for PATTERN: a substring, or the whole text if it has a ``*``.

    Case matters only if the pattern has capital letters.
    """
    flags = re.IGNORECASE if pattern == pattern.lower() else re.NOFLAG
    if "*" not in pattern:
        part = re.compile(re.escape(pattern), flags)
        return lambda text: part.search(text) is not None
    whole = re.compile(_expression(pattern), flags | re.DOTALL)
    return lambda text: whole.fullmatch(text) is not None


def _expression(pattern: str) -> str:
    first, *middle, last = map(re.escape, pattern.split("*"))
    # Atomic groups: the first match of each piece is as good as any later one, and
    # backtracking over many stars would take forever.
    return f"{first}{''.join(f'(?>.*?{one})' for one in middle if one)}.*{last}"


def host_test(pattern: str) -> Callable[[str], bool]:
    """Return a test for an address, a network, or part of an address."""
    try:
        if "/" in pattern:
            network = ip_network(pattern, strict=False)
            return lambda host: _is_in(host, network)
        wanted = str(ip_address(pattern))
    except ValueError:
        return text_test(pattern)
    return lambda host: host == wanted


def _is_in(host: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(host) in network
    except ValueError:
        return False


def test_of(test: Word | Texts) -> Callable[[str], bool]:
    """Return the function that tests a text against a term."""
    if isinstance(test, Word):
        text = test.text
        if "*" in text and not (text.startswith("*") or text.endswith("*")):
            text = f"*{text}*"
        return text_test(text)
    make = host_test if test.key in PACKETS.hosts else text_test
    tests = [make(pattern) for pattern in test.patterns]
    return lambda text: any(passes(text) for passes in tests)


def texts_of(view: TransferView, test: Word | Texts) -> tuple[str, ...]:
    """Return the texts of a transfer that a term applies to."""
    files = (view.file, view.file.rpartition("/")[2], view.served)
    if isinstance(test, Word):
        return (view.client, *files, view.kind)
    return {
        "client": (view.client,),
        "server": (view.server,),
        "file": files,
        "kind": (view.kind,),
    }.get(test.key, ())


def texts_in(
    note: str, kind: int, transfer: int, test: Word | Texts
) -> tuple[str, ...]:
    """Return the texts in the note of a record that a term applies to."""
    if isinstance(test, Word) or test.key == "note":
        return (note,)
    host, _, rest = note.partition(" ")
    is_loose = transfer == NO_TRANSFER  # such notes begin with the client's address
    if test.key == "client" and is_loose:
        return (host,)
    if test.key == "file" and kind in (Kind.RRQ, Kind.WRQ):
        name = _MODE.sub("", rest if is_loose else note)
        return (name, name.rpartition("/")[2])
    return ()
