"""Completion for filters being typed."""

import re
from collections.abc import Iterable, Mapping

from tftptui.telemetry.records.filters.terms import quoted
from tftptui.telemetry.records.filters.vocabulary import PACKETS, Vocabulary

_LAST = re.compile(r'(?:[^\s"]|"[^"]*"?)*$')


def continuations(
    text: str,
    known: Mapping[str, Iterable[str]],
    vocabulary: Vocabulary = PACKETS,
) -> list[str]:
    """Return completions for the last part of TEXT, most likely first.

    KNOWN has values seen so far by key: ``client``, ``file`` and so on.
    """
    part = _last(text)
    sign = "!" if part.startswith("!") else ""
    begun = part.removeprefix("!").lower()
    key, colon, value = begun.partition(":")
    if colon:
        listed, comma, value = value.rpartition(",")
        begin = f"{sign}{key}:{listed}{comma}"
        texts = [
            *known.get(key, ()),
            *vocabulary.choices.get(key, ()),
            *vocabulary.examples.get(key, ()),
        ]
        values = dict.fromkeys(_as_value(one) for one in texts)
        return [f"{begin}{one}" for one in values if _goes_on(one, value)]
    if not begun:
        return []
    names = [f"{one}:" for one in vocabulary.keys] + [*vocabulary.marks]
    return [sign + one for one in names if _goes_on(one, begun)]


def completed(
    text: str,
    known: Mapping[str, Iterable[str]],
    vocabulary: Vocabulary = PACKETS,
) -> str | None:
    """Return TEXT with its last part completed, or None."""
    if found := continuations(text, known, vocabulary):
        part = _last(text)
        if found[0].lower().startswith(part.lower()):
            return text + found[0][len(part) :]
    return None


def _last(text: str) -> str:
    found = _LAST.search(text)
    return found[0] if found else ""


def _goes_on(word: str, begun: str) -> bool:
    return word.lower().startswith(begun) and word.lower() != begun


def _as_value(text: str) -> str:
    return text if re.fullmatch(r"[\w.:*?/<>-]+", text) else quoted(text)
