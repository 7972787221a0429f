"""The list of settings that can be changed while the server runs."""

from collections.abc import Hashable
from dataclasses import replace
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType

from tftptui.ui.actions import LIST, TOP
from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import RowList, fitted
from tftptui.ui.policy.table import BY_NAME, POLICIES, Policy
from tftptui.ui.policy.verdict import DEFAULTS
from tftptui.ui.store import Store

GROUP, LABEL, VALUE, MARK = 10, 23, 24, 2
"""Column widths in cells; the meaning takes the rest."""

LEAST_MEANING = 30
"""Minimum cells for the meaning: with less, a cut text has no use, and the selected one
is shown below the list."""

CHANGED = "●"


class PolicyList(RowList[str], inherit_bindings=False):
    """One row per setting; a mark shows values changed from the default.

    Its keys have priority, like the one that focuses the field, so that keys typed
    ahead are handled in order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        replace(binding, priority=True)
        for binding in bindings((*LIST, *TOP))
        if isinstance(binding, Binding)
    ]

    def __init__(self, store: Store) -> None:
        super().__init__(id="policy-list")
        self._store = store

    @property
    def current(self) -> Policy:
        """The setting under the cursor."""
        return POLICIES[self.cursor_index or 0]

    @property
    def is_any_changed(self) -> bool:
        """Whether a setting is changed from its default."""
        return any(
            DEFAULTS[name] != value
            for name, value in self._store.settings.items()
            if name in BY_NAME
        )

    def row_count(self) -> int:
        """Return the number of settings."""
        return len(POLICIES) if self._store.settings else 0

    def row_key(self, index: int) -> str:
        """Return the name of a setting."""
        return POLICIES[index].name

    def index_of(self, key: str) -> int | None:
        """Return the row of a setting."""
        names = (n for n, policy in enumerate(POLICIES) if policy.name == key)
        return next(names, None)

    def stamp(self, index: int) -> Hashable:
        """Return everything that a row is drawn from."""
        return repr(self._store.settings.get(POLICIES[index].name))

    def draw_header(self, width: int) -> str:
        """Return the column titles."""
        meaning = "meaning" if _room(width) else ""
        head = f"{'':<{GROUP}}{'setting':<{LABEL}}{'value':<{VALUE + MARK}}{meaning}"
        return fitted(head, width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw group, name, value, mark and meaning."""
        policy, slots = POLICIES[index], self.slots
        value = self._store.settings.get(policy.name)
        changed = value != DEFAULTS[policy.name]
        first = not index or POLICIES[index - 1].group != policy.group
        style = slots["transfer-active"] if changed else None
        return [
            Segment(fitted(policy.group if first else "", GROUP), slots["muted"]),
            Segment(fitted(policy.label, LABEL)),
            Segment(fitted(policy.kind.show(value), VALUE - 1) + " ", style),
            Segment(fitted(CHANGED if changed else "", MARK), style),
            Segment(fitted(policy.meaning, _room(width)), slots["muted"]),
        ]


def _room(width: int) -> int:
    """Return the cells for the meaning; 0 if there are too few."""
    room = width - GROUP - LABEL - VALUE - MARK
    return room if room >= LEAST_MEANING else 0
