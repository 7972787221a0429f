r"""The rewrite table: rules that change requested names.

A rule is written ``PATTERN=REPLACEMENT``: a Python regular expression on the bytes of
the name, and the replacement of the first match. A ``=`` in the pattern is written
``\=``, unless it is in brackets or part of a lookaround. Rules are applied in order,
each to the result of the one before.
"""

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tftptui.settings import SettingsError
from tftptui.telemetry.escapes import visible

LONGEST = 512
"""Maximum length of a name in bytes for rewriting: requests end there (RFC 2347). It
limits the cost of a pattern."""

# Possessive: backtracking could find the "=" inside a character class.
_RULE = re.compile(
    rb"((?:\\.|\(\?<?=|\[\^?\]?(?:\\.|[^\]\\])*\]|[^=\\])*+)=(.*)", re.DOTALL
)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\0")


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the table; ``text`` is its source."""

    text: str
    pattern: re.Pattern[bytes]
    replacement: bytes

    def apply(self, name: bytes) -> bytes | None:
        """Return the name with the first match replaced; None without a match."""
        if self.pattern.search(name) is None:
            return None
        return self.pattern.sub(self.replacement, name, count=1)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The rewritten name, and the numbers of the rules that changed it."""

    name: bytes
    rules: tuple[int, ...] = ()


def rewrite(rules: tuple[Rule, ...], name: bytes) -> Rewritten:
    """Apply all rules in order; a name that is or gets too long is not changed."""
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
    """Parse a rule.

    Raises:
        SettingsError: the rule is invalid; the text says why.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise _wrong(text, r"it is not UTF-8; write other bytes as \xNN") from None
    found = _RULE.fullmatch(data)
    if found is None:
        raise _wrong(text, "there is no = between pattern and replacement")
    pattern, replacement = found[1], found[2]
    if not pattern:
        raise _wrong(text, "there is no pattern before the =; ^ matches every name")
    if b"\0" in data:
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
    """Parse rules, in order; see parse_rule()."""
    return tuple(parse_rule(text) for text in texts)


def read_rules(path: Path) -> tuple[str, ...]:
    """Read rules from a file: one per line; blank lines and ``#`` lines are skipped.

    Raises:
        SettingsError: a line is invalid, or the file can't be read; the text names file
            and line.
    """
    try:
        lines = path.read_text("utf-8", "surrogateescape").split("\n")
    except OSError as error:
        raise SettingsError(
            f"cannot read the rewrite file {path}: {error.strerror}"
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
        # Reject patterns that later Python versions will read differently.
        warnings.simplefilter("error")
        try:
            return re.compile(pattern, re.DOTALL)
        except (re.error, RecursionError, OverflowError, Warning) as error:
            raise _wrong(text, f"in the pattern, {error}") from None


def _wrong(text: str, why: str) -> SettingsError:
    return SettingsError(f"rewrite rule {visible(text)}: {why}")
