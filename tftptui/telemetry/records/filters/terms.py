"""The syntax tree of a filter; str() of each part parses back to the same."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tftptui.telemetry.records.filters.vocabulary import LABELS, MARKS, OR

_PLAIN = re.compile(r"[\w.*%+@#~-][\w.*?%+@#~/-]*")
"""Words that need no quotes, unless they are keywords."""

_UNITS = (("h", 3_600_000), ("min", 60_000), ("s", 1_000), ("ms", 1))
_DAY = 86_400_000


def quoted(text: str) -> str:
    """Return TEXT as it must be written in a filter."""
    meant = {OR, *MARKS}
    if _PLAIN.fullmatch(text) and text.lower() not in meant:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def either(words: Sequence[str]) -> str:
    """Return ``a``, ``a or b``, ``a, b or c``."""
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


@dataclass(frozen=True, slots=True)
class Word:
    """TEXT anywhere in address, file name or note, or as the packet type.

    ``*`` matches any characters.
    """

    text: str

    def __str__(self) -> str:
        return quoted(self.text)

    @property
    def words(self) -> str:
        """Description for people."""
        return f"with “{self.text}”"


@dataclass(frozen=True, slots=True)
class Mark:
    """A keyword such as ``retrans``; ``words`` is its description."""

    name: str
    words: str = field(default="", compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Types:
    """One of some packet types, or transfer states."""

    names: tuple[str, ...]
    key: str = "type"

    def __str__(self) -> str:
        return f"{self.key}:{','.join(self.names)}"

    @property
    def words(self) -> str:
        """Description for people."""
        if self.key == "type":
            return either([name.upper() for name in self.names])
        return either(self.names)


@dataclass(frozen=True, slots=True)
class Texts:
    """One of PATTERNS in the field KEY.

    An address matches itself; with ``/`` it is a network.
    """

    key: str
    patterns: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.key}:{','.join(_value(one) for one in self.patterns)}"

    @property
    def words(self) -> str:
        """Description for people."""
        return f"{LABELS[self.key]} {either(self.patterns)}"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number KEY within one of RANGES, both ends included; None is no end."""

    key: str
    ranges: tuple[tuple[int, int | None], ...]

    def __str__(self) -> str:
        return f"{self.key}:{','.join(_range_text(*ends) for ends in self.ranges)}"

    @property
    def words(self) -> str:
        """Description for people."""
        spans = [_range_words(*ends) for ends in self.ranges]
        return f"{LABELS[self.key]} {either(spans)}"


@dataclass(frozen=True, slots=True)
class Moment:
    """Not before (``since``) or not after (``until``) a time.

    Attributes:
        milliseconds: before now; or since midnight if IS_CLOCK.
    """

    key: str
    milliseconds: int
    is_clock: bool = False

    def __str__(self) -> str:
        if not self.is_clock:
            return f"{self.key}:{_span_text(self.milliseconds)}"
        return f"{self.key}:{clock_text(self.milliseconds)}"

    @property
    def words(self) -> str:
        """Description for people."""
        if self.is_clock:
            return f"{self.key} {clock_text(self.milliseconds)}"
        return f"{self.key} {_span_text(self.milliseconds)} ago"


Test = Word | Mark | Types | Texts | Numbers | Moment


@dataclass(frozen=True, slots=True)
class Term:
    """A test, possibly negated."""

    test: Test
    negated: bool = False

    def __str__(self) -> str:
        return f"!{self.test}" if self.negated else str(self.test)

    @property
    def words(self) -> str:
        """Description for people."""
        return f"not {self.test.words}" if self.negated else self.test.words


@dataclass(frozen=True, slots=True)
class Filter:
    """Alternatives, each a list of terms that must all hold.

    Without alternatives it matches everything.
    """

    choices: tuple[tuple[Term, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.choices)

    def __str__(self) -> str:
        return f" {OR} ".join(" ".join(map(str, terms)) for terms in self.choices)

    @property
    def words(self) -> str:
        """Description for people."""
        sentences = [" and ".join(term.words for term in terms) for terms in self]
        return "; or ".join(sentences) or "all packets"

    def __iter__(self) -> Iterator[tuple[Term, ...]]:
        return iter(self.choices)

    def with_term(self, term: Term) -> "Filter":
        """Return the filter with TERM added to each alternative."""
        choices = self.choices or ((),)
        return Filter(tuple(one if term in one else (*one, term) for one in choices))


def clock_text(milliseconds: int) -> str:
    """Return a time of day as written in a filter."""
    whole, rest = divmod(milliseconds % _DAY, 1_000)
    text = f"{whole // 3_600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _value(text: str) -> str:
    # Commas separate values; networks and IPv6 addresses need no quotes.
    is_address = re.fullmatch(r"[0-9a-fA-F:.]+(/[0-9]+)?", text)
    return text if is_address else quoted(text)


def _range_text(first: int, last: int | None) -> str:
    if last is None:
        return f"{first}-"
    return f"{first}-{last}" if last != first else f"{first}"


def _range_words(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} or more"
    return f"{first}–{last}" if last != first else f"{first}"


def _span_text(milliseconds: int) -> str:
    for unit, size in _UNITS:
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"
