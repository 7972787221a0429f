"""Several files and folders served together, each under its own name."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

_MOST_WORDS = 3


class Named(msgspec.Struct, frozen=True):
    """A file or folder served under its own name.

    Attributes:
        name: one component, at the top of the root.
        path: absolute.
    """

    name: str
    path: Path


def words_of(names: Sequence[str]) -> str:
    """Return NAMES for a line on a screen: the first few, and the total."""
    if len(names) <= _MOST_WORDS:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_WORDS])}, … ({len(names)})"
