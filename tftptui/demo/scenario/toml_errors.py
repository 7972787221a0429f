"""Rewrites msgspec's errors about a file to say what to write instead."""

import re
from collections.abc import Sequence

import msgspec

from tftptui.demo.scenario.tables import (
    ClientTable,
    Expected,
    FileTable,
    FirewallTable,
    LineTable,
    NetworkTable,
    Scenario,
    ServerExpected,
    Step,
)
from tftptui.demo.scenario.validation import Place

_AT = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_PART = re.compile(r"\.(?P<name>\w+)|\[(?P<number>\d+)\]|\[(?P<any>\.\.\.)\]")
_MISSING = re.compile(r"Object missing required field `(?P<key>\w+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<key>\w+)`")
_NO_CHOICE = re.compile(r"Invalid enum value '(?P<value>.*)'")
_TYPE = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `(?P<got>[^`]+)`")

_TABLES: dict[str, type[msgspec.Struct]] = {
    "": Scenario,
    "files": FileTable,
    "clients": ClientTable,
    "steps": Step,
    "firewall": FirewallTable,
    "network": NetworkTable,
    "to_server": LineTable,
    "to_client": LineTable,
    "expect": Expected,
    "expect_server": ServerExpected,
}
_CHOICES = {
    "until": '"clients", "server" or seconds like 20.0',
    "policy": '"accept", "drop" or "reject"',
}
_EXAMPLES = {
    "title": 'title = "The boot ROM is blocked"',
    "about": 'about = "What differs is the port of the client."',
    "clients": "a table like [clients.rom]",
    "steps": "a table [[steps]]",
    "caption": 'caption = "Look at the wall."',
    "kind": 'kind = "intel-rom"',
    "at": 'at = "4.37"',
    "file": 'file = "pxelinux.0"',
    "name": 'name = "pxelinux.0"',
    "octets": "octets = 12000",
    "outcome": 'outcome = "completed"',
}
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": 'text in "…"',
    "bool": "true or false",
    "array": "a list [ … ]",
    "object": "a table",
}


def explained(error: msgspec.ValidationError) -> tuple[Place, str]:
    """Return the place of an error, and what to write there."""
    text = str(error)
    found = _AT.search(text)
    place: Place = ()
    if found is not None:
        text = text[: found.start()]
        place = tuple(
            part["name"] or ("*" if part["any"] else int(part["number"]))
            for part in _PART.finditer(found["path"])
        )
    names = [part for part in place if isinstance(part, str) and part != "*"]
    last = names[-1] if names else ""
    if missing := _MISSING.fullmatch(text):
        key = missing["key"]
        return place, f"{key} is missing; write {_EXAMPLES.get(key, f'{key} = …')}"
    if unknown := _UNKNOWN.fullmatch(text):
        key, table = unknown["key"], _TABLES.get(last)
        known = ", ".join(table.__struct_fields__) if table else ""
        hint = f"; there are {known}" if known else ""
        return (*place, key), f"unknown key {key!r}{hint}"
    if (no_choice := _NO_CHOICE.fullmatch(text)) and last in _CHOICES:
        value = no_choice["value"]
        return place, f"{last} {value!r}: must be {_CHOICES[last]}"
    if wrong := _TYPE.fullmatch(text):
        wanted = " or ".join(_word(word) for word in wrong["wanted"].split(" | "))
        return place, f"{last} needs {wanted}, not {_word(wrong['got'])}"
    return place, f"{last}: {text}" if last else text


def _word(name: str) -> str:
    return _WORDS.get(name, name)


_HEADER = re.compile(r"\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]")
_KEY = re.compile(r"\s*(?P<key>[\w\"'.-]+(\s*\.\s*[\w\"'-]+)*)\s*=")


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """Return the line, from 1, of a key, or of the table around it.

    PLACE has names of tables and keys, "*" for any, and indices from 0 in arrays of
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
    """Return the number of equal names at the start; "*" matches any."""
    depth = 0
    for ours, theirs in zip(one, other, strict=False):
        if theirs not in (ours, "*"):
            break
        depth += 1
    return depth
