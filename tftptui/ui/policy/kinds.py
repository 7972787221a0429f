"""How a setting is written into a field, parsed and shown: one class per kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tftptui.settings import SettingsError, Value
from tftptui.ui.formats import count

_FACTORS = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


class Kind(Protocol):
    """The kind of a setting."""

    @property
    def choices(self) -> Sequence[str]:
        """All valid values; empty if any text may be typed."""

    def read(self, text: str) -> Value:
        """Parse the text that the user typed.

        Raises:
            SettingsError: it is invalid; the text says what to type.
        """

    def field(self, value: Value) -> str:
        """Return the text for the field: read() of it returns the same value."""

    def show(self, value: Value) -> str:
        """Return the value with its unit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several words."""

    choices: tuple[str, ...]

    def read(self, text: str) -> Value:
        """Return the word; an unambiguous prefix is enough."""
        return _chosen(text, self.choices)

    def field(self, value: Value) -> str:
        """Return the word."""
        return str(value)

    show = field


@dataclass(frozen=True, slots=True)
class Flag:
    """On or off."""

    choices: tuple[str, ...] = ("on", "off")

    def read(self, text: str) -> Value:
        """Return whether it is on."""
        return _chosen(text, self.choices) == "on"

    def field(self, value: Value) -> str:
        """Return the word."""
        return "on" if value else "off"

    show = field


@dataclass(frozen=True, slots=True)
class Number:
    """A number of UNIT; if NOTHING is given, an empty text means that.

    A number may end in k, M or G if it IS_SCALED.
    """

    unit: str
    nothing: str = ""
    parse: Callable[[str], float] = int
    example: str = "100"
    is_scaled: bool = False
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """Return the number; None for an empty text."""
        if not text.strip():
            if self.nothing:
                return None
            raise SettingsError(
                f"a number of {self.unit} is needed, like {self.example}"
            )
        try:
            return self.parse(text.strip())
        except SettingsError:
            raise
        except (ValueError, OverflowError):
            raise SettingsError(
                f"{text.strip()!r} is not a number of {self.unit}; write it like "
                f"{self.example}"
            ) from None

    def field(self, value: Value) -> str:
        """Return the number in the unit that makes it short and exact."""
        if not isinstance(value, int | float):
            return ""
        if self.is_scaled and value:
            for factor, letter in _FACTORS:
                if value % factor == 0:
                    return f"{value // factor:.0f}{letter}"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def show(self, value: Value) -> str:
        """Return number and unit."""
        if not isinstance(value, int | float):
            return self.nothing
        text = self.field(value)
        if text.isdecimal():
            text = count(int(text))
        return f"{text} {self.unit}"


@dataclass(frozen=True, slots=True)
class Words:
    """Any number of words, separated by blanks; NOTHING is the text for none.

    A comma separates as well, unless it may be PART of a word.
    """

    nothing: str
    part: str = ""
    choices: tuple[str, ...] = ()

    def read(self, text: str) -> Value:
        """Return the words."""
        return (text if "," in self.part else text.replace(",", " ")).split()

    def field(self, value: Value) -> str:
        """Return the words separated by blanks."""
        return " ".join(value) if isinstance(value, list) else ""

    def show(self, value: Value) -> str:
        """Return the words, or the text for none."""
        return self.field(value) or self.nothing


def _chosen(text: str, choices: Sequence[str]) -> str:
    begun = text.strip().casefold()
    fitting = [word for word in choices if begun and word.startswith(begun)]
    if len(fitting) != 1:
        raise SettingsError(f"choose {_or(choices)}")
    return fitting[0]


def _or(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"
