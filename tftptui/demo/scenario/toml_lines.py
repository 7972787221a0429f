"""On which line of a TOML text something stands; tomllib does not tell."""

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(r"\s*(?P<key>[\w\"'.-]+(\s*\.\s*[\w\"'-]+)*)\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Return the line, from 1, of a key, or of the table around it.

    PLACE has names of tables and keys, "*" for any, and numbers from 0 in lists of
    tables.
    """
    wanted = [part for part in place if isinstance(part, str)]
    numbers = {
        tuple(wanted[: _names_before(place, index)]): part
        for index, part in enumerate(place)
        if isinstance(part, int)
    }
    best: tuple[int, int | None] = (0, None)
    table: list[str] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _parts(header["name"])
            key = tuple(table)
            seen[key] = seen.get(key, -1) + (header["open"] == "[[")
            found = table
        elif assigned := _KEY.match(line):
            found = [*table, *_parts(assigned["key"])]
        else:
            continue
        if not all(
            seen.get(key, 0) == at for key, at in numbers.items() if key in seen
        ):
            continue
        depth = _common(found, wanted)
        if depth == min(len(found), len(wanted)) and depth > best[0]:
            best = depth, number
    return best[1]


def _names_before(place: Sequence[str | int], index: int) -> int:
    return sum(isinstance(part, str) for part in place[:index])


def _parts(name: str) -> list[str]:
    return [part.strip().strip("\"'") for part in name.split(".")]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many names at the beginning are the same; "*" is any."""
    depth = 0
    for ours, theirs in zip(one, other, strict=False):
        if theirs not in (ours, "*"):
            break
        depth += 1
    return depth
