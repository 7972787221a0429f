"""A key and its action, its bindings in Textual, and the display of keys."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Action:
    """The action of a key.

    Attributes:
        scope: where it works.
        call: the Textual action, such as ``cursor(1)`` for ``action_cursor(1)``.
        keys: as Textual names them; the first one is shown.
        label: a word or two for the bottom line.
        effect: one sentence for the help.
        shown: whether it is in the bottom line.
        display: the displayed key, if it differs from Textual's name.
        priority: whether it also works while text is typed.
    """

    scope: str
    call: str
    keys: tuple[str, ...]
    label: str
    effect: str
    shown: bool = False
    display: str = ""
    priority: bool = False

    @property
    def id(self) -> str:
        """The name under which the key can be changed, such as ``transfers.abort``."""
        return f"{self.scope}.{self.call.partition('(')[0]}" + (
            f".{self.label.lower()}" if "(" in self.call else ""
        )

    @property
    def shown_keys(self) -> str:
        """All keys, as displayed: ``↓ j``."""
        return self.display or " ".join(key_name(key) for key in self.keys)

    @property
    def shown_key(self) -> str:
        """The first key, as displayed."""
        return self.shown_keys.split(" ")[0]


_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "plus": "+",
    "minus": "-",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "f1": "F1",
    **{f"f{number}": f"F{number}" for number in range(2, 13)},
}


def key_name(key: str) -> str:
    """Return KEY as displayed: ``↑``, ``?``, ``ctrl+q``, ``X``."""
    return _NAMES.get(key, key)


def bindings(actions: Iterable[Action], *calls: str) -> list[BindingType]:
    """Return Textual's bindings for ACTIONS, or only for those with these CALLS."""
    return [
        Binding(
            ",".join(action.keys),
            action.call,
            action.label,
            show=action.shown,
            key_display=action.shown_key,
            priority=action.priority,
            id=action.id,
        )
        for action in actions
        if not calls or action.call in calls
    ]
