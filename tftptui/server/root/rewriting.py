r"""The rewrite table: rules that turn the names asked for into others.

A rule is written ``PATTERN=REPLACEMENT``: a regular expression of Python on the
bytes of the name, and what takes the place of the first match. A ``=`` that is
part of the pattern is written ``\=``, unless it stands in brackets or begins a
look-around. Rules are applied in order, each to what the one before it left.
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tftptui.settings import SettingsError
from tftptui.telemetry.escapes import visible

LONGEST = 512
"""Bytes of a name that is changed at all: requests end there (RFC 2347). It bounds
what a pattern can cost."""

# Atoms never give back what they took, or the sign in a class could be found.
_RULE = re.compile(
    rb"((?:\\.|\(\?<?=|\[\^?\]?(?:\\.|[^\]\\])*\]|[^=\\])*+)=(.*)", re.DOTALL
)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\0")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table; ``text`` is how it was written."""

    text: str
    pattern: re.Pattern[bytes]
    replacement: bytes

    def apply(self, name: bytes) -> bytes | None:
        """Return the name with the first match replaced, None without a match."""
        if self.pattern.search(name) is None:
            return None
        return self.pattern.sub(self.replacement, name, count=1)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What the table made of a name, and the numbers of the rules that did it."""

    name: bytes
    rules: tuple[int, ...] = ()


def rewrite(rules: tuple[Rule, ...], name: bytes) -> Rewritten:
    """Apply all rules in order; a name that is or gets too long is left alone."""
    applied: list[int] = []
    for number, rule in enumerate(rules, start=1):
        if len(name) > LONGEST:
            break
        changed = rule.apply(name)
        if changed is not None:
            name = changed
            applied.append(number)
    return Rewritten(name, tuple(applied))


def parse_rule(text: str) -> Rule:
    """Return the rule that TEXT writes.

    Raises:
        SettingsError: it is none; the text says what is wrong with it.
    """
    try:
        octets = text.encode()
    except UnicodeEncodeError:
        raise _wrong(text, r"it is not UTF-8; write other bytes as \xNN") from None
    found = _RULE.fullmatch(octets)
    if found is None:
        raise _wrong(text, "there is no = between pattern and replacement")
    pattern, replacement = found[1], found[2]
    if not pattern:
        raise _wrong(text, "there is no pattern before the =; ^ matches every name")
    if b"\0" in octets:
        raise _wrong(text, "a name cannot hold a NUL")
    if _NUL.search(replacement):
        raise _wrong(text, r"\0 is not a group; for the whole match write \g<0>")
    compiled = _compile(text, pattern)
    try:
        compiled.sub(replacement, b"")
    except (re.error, IndexError) as error:
        raise _wrong(text, f"in the replacement, {error}") from None
    return Rule(text, compiled, replacement)


def parse_rules(texts: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that texts write, in order; see parse_rule()."""
    return tuple(parse_rule(text) for text in texts)


def read_rules(path: Path) -> tuple[str, ...]:
    """Return the rules in a file: one a line, blank lines and ``#`` lines aside.

    Raises:
        SettingsError: a line is no rule, or the file can't be read; the text names
            file and line.
    """
    try:
        lines = path.read_text("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise SettingsError(
            f"the rewrite file {path} can't be read: {error.strerror}"
        ) from error
    rules = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        try:
            rules.append(parse_rule(text).text)
        except SettingsError as error:
            raise SettingsError(f"{path}, line {number}: {error}") from None
    return tuple(rules)


def _compile(text: str, pattern: bytes) -> re.Pattern[bytes]:
    with warnings.catch_warnings():
        # What will mean something else in a later Python is no good today.
        warnings.simplefilter("error")
        try:
            return re.compile(pattern, re.DOTALL)
        except (re.error, RecursionError, OverflowError, Warning) as error:
            raise _wrong(text, f"in the pattern, {error}") from None


def _wrong(text: str, why: str) -> SettingsError:
    return SettingsError(f"rewrite rule {visible(text)}: {why}")
