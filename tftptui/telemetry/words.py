"""Formats counts, ports, times and addresses for people, and URLs."""

from collections.abc import Collection, Iterable, Sequence
from shlex import quote as shell_quote
from urllib.parse import quote

LEADS_NOWHERE = "broken symbolic link"
"""ERROR text for a link whose target does not exist."""

_UNSAID = 69
"""Default port of a TFTP URL (RFC 3617)."""
_FEW = 4
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")


def times(count: int) -> str:
    """Return a frequency: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun: 1 answer, 3 answers."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def ordinal(number: int) -> str:
    """Return first, second … in words, later ones as 8th, 23rd."""
    if 1 <= number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def ports(numbers: Iterable[int]) -> str:
    """Return ports as text: 2072; 2070 and 2072; 2070–2075; 5 ports from 9 to 99."""
    found = sorted(set(numbers))
    if not found:
        return "–"
    if len(found) == 1:
        return str(found[0])
    if found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}–{found[-1]}"
    if len(found) <= _FEW:
        return joined([str(number) for number in found])
    return f"{len(found)} ports from {found[0]} to {found[-1]}"


def port_word(numbers: Collection[int], kind: str = "") -> str:
    """Return ports with the word "port": port 2072, ports 2070–2072.

    KIND comes before the word: UDP port 2072, 7 UDP ports from 9 to 99.
    """
    found, words = set(numbers), ports(numbers)
    word = f"{kind} port".lstrip()
    if "ports" in words:
        return words.replace("ports", f"{word}s")
    return f"{word}{'s' if len(found) > 1 else ''} {words}"


def joined(words: Sequence[str]) -> str:
    """Return words as a list in a sentence."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def either(words: Sequence[str]) -> str:
    """Return words as a list of alternatives in a sentence."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])}, or {words[-1]}"


def seconds(time: float) -> str:
    """Return a duration: under 1 ms, 4 ms, 0.25 s, 2.0 s, 16 s."""
    if time < 0.001:  # noqa: PLR2004
        return "under 1 ms"
    if time < 0.01:  # noqa: PLR2004
        return f"{time * 1_000:.0f} ms"
    if time < 1:
        return f"{time:.2f} s"
    return f"{time:.1f} s" if time < 10 else f"{time:.0f} s"  # noqa: PLR2004


def span(first: int, last: int, dash: str = "–") -> str:
    """Return a range: ``40000–40099``, or ``40000`` if it is a single number."""
    return f"{first}{dash}{last}" if last > first else f"{first}"


def host(address: str) -> str:
    """Return an address as written in a URL."""
    return f"[{address}]" if ":" in address else address


def endpoint(address: str, port: int) -> str:
    """Return ``10.0.4.21:69`` or ``[2001:db8::1]:69``."""
    return f"{host(address)}:{port}"


def tftp_url(address: str, port: int, file: str | bytes) -> str:
    """Return the URL of a file."""
    place = host(address) if port == _UNSAID else endpoint(address, port)
    return f"tftp://{place}/{quote(file, safe='/:@-._~+=,')}"


def url(address: str, port: int, file: str | bytes) -> str:
    """Return the same, quoted for a shell."""
    return shell_quote(tftp_url(address, port, file))
