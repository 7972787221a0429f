"""Parses filters: any text gives a filter, or a problem that says what to type."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from tftptui.telemetry.records.filters.terms import (
    Filter,
    Mark,
    Moment,
    Numbers,
    Term,
    Test,
    Texts,
    Types,
    Word,
)
from tftptui.telemetry.records.filters.vocabulary import OR, PACKETS, Vocabulary

LONGEST = 500
"""Maximum characters of a filter."""

SHORT_KEYS = {"cport": "client-port", "sport": "server-port"}

_KEYED = re.compile(r"([A-Za-z][A-Za-z-]*)(:|>=|<=|>|<|=)")
_SPAN = re.compile(r"([0-9]{1,9})(\.[0-9]{1,3})?(ms|s|m|min|h)")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,3}))?)?")
_COMPARED = re.compile(r"[<>]=?")
_NUMBER = re.compile(r"[0-9]{1,10}")
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "min": 60_000, "h": 3_600_000}
_ESCAPED = {'"', "\\"}
_HIGHEST = 2**32 - 1
_HOURS, _SIXTY = 24, 60


@dataclass(frozen=True, slots=True)
class Problem:
    """A syntax error at character ``at``, with advice.

    A second line of ``text`` lists the choices, if there are any.
    """

    at: int
    text: str


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text without its quotes.

    Attributes:
        letters: characters with their positions in the text.
        end: position after the last one.
        literal: number of characters before the first quoted one.
        commas: indices of commas outside quotes.
    """

    letters: tuple[tuple[int, str], ...]
    end: int
    literal: int
    commas: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The characters as a string."""
        return "".join(letter for _, letter in self.letters)

    @property
    def at(self) -> int:
        """Its start in the text."""
        return self.letters[0][0] if self.letters else self.end

    def part(self, first: int, last: int | None = None) -> "_Piece":
        """Return characters FIRST to LAST - 1."""
        letters = self.letters[first:last]
        end = self.end if last is None else self.letters[last][0]
        commas = tuple(place - first for place in self.commas if place >= first)
        return _Piece(letters, end, max(0, self.literal - first), commas)


class _WrongError(Exception):
    def __init__(self, at: int, text: str) -> None:
        super().__init__(text)
        self.problem = Problem(at, text)


def parse(text: str, vocabulary: Vocabulary = PACKETS) -> Filter | Problem:
    """Parse a filter; never raises."""
    if len(text) > LONGEST:
        return Problem(LONGEST, f"a filter has at most {LONGEST} characters")
    try:
        return _filter([*_pieces(text)], vocabulary)
    except _WrongError as wrong:
        return wrong.problem


def _filter(pieces: Sequence[_Piece], vocabulary: Vocabulary) -> Filter:
    choices: list[list[Term]] = [[]]
    for place, piece in enumerate(pieces):
        if piece.text.lower() == OR and piece.literal:
            if not choices[-1] or place == len(pieces) - 1:
                raise _WrongError(piece.at, "write “or” between two conditions")
            choices.append([])
            continue
        term = _term(piece, vocabulary)
        if term not in choices[-1]:
            choices[-1].append(term)
    return Filter(tuple(tuple(terms) for terms in choices if terms))


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece = _piece(text, at)
        yield piece
        at = piece.end


def _piece(text: str, at: int) -> _Piece:
    """Return the piece that starts at AT."""
    letters: list[tuple[int, str]] = []
    commas: list[int] = []
    opened = literal = -1
    while at < len(text) and (opened >= 0 or not text[at].isspace()):
        letter = text[at]
        if letter == '"':
            literal = len(letters) if literal < 0 else literal
            opened = at if opened < 0 else -1
        else:
            if letter == "," and opened < 0:
                commas.append(len(letters))
            elif letter == "\\" and opened >= 0 and text[at + 1 : at + 2] in _ESCAPED:
                at += 1
            letters.append((at, text[at]))
        at += 1
    if opened >= 0:
        raise _WrongError(opened, 'the closing " is missing')
    literal = len(letters) if literal < 0 else literal
    return _Piece(tuple(letters), at, literal, tuple(commas))


def _term(piece: _Piece, vocabulary: Vocabulary) -> Term:
    negated = False
    while piece.literal and piece.text.startswith("!"):
        negated = not negated
        piece = piece.part(1)
    if not piece.letters:
        raise _WrongError(piece.at, "a condition is missing after !, like !type:ack")
    return Term(_test(piece, vocabulary), negated)


def _test(piece: _Piece, vocabulary: Vocabulary) -> Test:
    if piece.text == "?" and piece.literal:
        raise _WrongError(piece.at, f'to find "?" put it in quotes\n{vocabulary.help}')
    keyed = _KEYED.match(piece.text)
    if keyed is None or keyed.end() > piece.literal or _is_address(piece.text):
        name = piece.text.lower()
        is_mark = name in vocabulary.marks and piece.literal == len(piece.letters)
        return Mark(name, vocabulary.marks[name]) if is_mark else Word(piece.text)
    name, sign = keyed[1].lower(), keyed[2]
    key = SHORT_KEYS.get(name, name)
    values = _values(piece, keyed.end())
    if key in vocabulary.numbers:
        return _numbers(key, sign, values)
    if key not in vocabulary.keys:
        raise _WrongError(piece.at, _unknown(name, vocabulary))
    if sign not in {":", "="}:
        raise _WrongError(piece.at + keyed.start(2), f"write {key}: here")
    if key in vocabulary.choices:
        return _types(key, values, vocabulary.choices[key])
    if key in vocabulary.moments:
        return _moment(key, values)
    return (_hosts if key in vocabulary.hosts else _texts)(key, values)


def _unknown(name: str, vocabulary: Vocabulary) -> str:
    """Return the error for an unknown field, with a suggestion and all fields."""
    meant = vocabulary.instead.get(name)
    near = f"; did you mean {meant}?" if meant else _near(name, vocabulary.keys) or "."
    return f"no field {name}{near}\nFields: {' '.join(vocabulary.keys)}"


def _values(piece: _Piece, begin: int) -> list[_Piece]:
    """Return the values after a key, split at commas."""
    ends = [place for place in piece.commas if place >= begin]
    starts = [begin, *(place + 1 for place in ends)]
    return [piece.part(*ends) for ends in zip(starts, [*ends, None], strict=True)]


def _numbers(key: str, sign: str, values: Sequence[_Piece]) -> Numbers:
    compared = _COMPARED.match(values[0].text)
    if sign in {":", "="} and compared is None:
        return Numbers(key, tuple(_range(key, value) for value in values))
    value = values[0]
    if compared is not None:  # as ``resent:>0``, which is the same as ``resent>0``
        sign, value = compared[0], value.part(compared.end())
    if len(values) > 1 or not _NUMBER.fullmatch(value.text):
        raise _WrongError(value.at, f"{key}{sign} needs one number")
    number = int(value.text)
    if sign in {">", ">="}:
        return Numbers(key, ((number + (sign == ">"), None),))
    last = number - (sign == "<")
    if last < 0:
        raise _WrongError(value.at, f"{key} cannot be below 0")
    return Numbers(key, ((0, last),))


def _range(key: str, value: _Piece) -> tuple[int, int | None]:
    first, dash, last = value.text.replace("–", "-").partition("-")
    is_whole = all(_NUMBER.fullmatch(end) for end in (first, last) if end)
    if not is_whole or not (first or last):
        raise _WrongError(
            value.at, f"{key}: needs a number or a range, like {key}:2070-2079"
        )
    low = int(first) if first else 0
    if not dash:
        return low, low
    high = int(last) if last else None
    if high is not None and high < low:
        raise _WrongError(
            value.at, f"the range is backwards; did you mean {high}-{low}?"
        )
    return low, high


def _types(key: str, values: Sequence[_Piece], known: Sequence[str]) -> Types:
    for value in values:
        if value.text.lower() not in known:
            near = _near(value.text, known)
            raise _WrongError(value.at, f"{key}: is one of {' '.join(known)}{near}")
    return Types(tuple(dict.fromkeys(value.text.lower() for value in values)), key)


def _texts(key: str, values: Sequence[_Piece]) -> Texts:
    for value in values:
        if not value.text:
            raise _WrongError(value.at, f"{key}: needs text, like {key}:*.img")
    return Texts(key, tuple(value.text for value in values))


def _hosts(key: str, values: Sequence[_Piece]) -> Texts:
    for value in values:
        if not value.text:
            raise _WrongError(
                value.at,
                f"{key}: needs an address or network, like 10.0.4.0/24",
            )
        if "/" in value.text and not _is_network(value.text):
            raise _WrongError(
                value.at, f"{value.text} is not a network; write it like 10.0.4.0/24"
            )
    return Texts(key, tuple(value.text for value in values))


def _moment(key: str, values: Sequence[_Piece]) -> Moment:
    text = values[0].text if len(values) == 1 else ""
    if span := _SPAN.fullmatch(text):
        number = float(span[1] + (span[2] or ""))
        return Moment(key, min(_HIGHEST, round(number * _UNITS[span[3]])))
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups()[:3])
        if hours < _HOURS and minutes < _SIXTY and seconds < _SIXTY:
            thousandths = int((clock[4] or "0").ljust(3, "0"))
            whole = (hours * _SIXTY + minutes) * _SIXTY + seconds
            return Moment(key, whole * 1_000 + thousandths, is_clock=True)
    raise _WrongError(
        values[0].at, f"{key}: needs a time, like {key}:5s or {key}:12:04:23"
    )


def _near(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
