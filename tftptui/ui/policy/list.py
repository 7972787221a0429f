"""The list of settings that may be changed while the server runs."""

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
"""Cells of the columns; the meaning takes the rest."""

LEAST_MEANING = 30
"""Cells below which no meaning is shown: cut after two words it says nothing, and the
one under the cursor stands below the list."""

CHANGED = "●"


class PolicyList(RowList[str], inherit_bindings=False):
    """One row a setting; a mark shows what is not as it is by default.

    Its keys go before others, like the one that leads into the field: so all keys
    that were typed ahead are taken in their order.
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
        """Whether a setting is not as it is by default."""
        return any(
            DEFAULTS[name] != value
            for name, value in self._store.settings.items()
            if name in BY_NAME
        )

    def row_count(self) -> int:
        """Return how many settings are known."""
        return len(POLICIES) if self._store.settings else 0

    def row_key(self, index: int) -> str:
        """Return the name of a setting."""
        return POLICIES[index].name

    def index_of(self, key: str) -> int | None:
        """Return the row of a setting."""
        names = (n for n, policy in enumerate(POLICIES) if policy.name == key)
        return next(names, None)

    def stamp(self, index: int) -> Hashable:
        """Return what a row is drawn from."""
        return repr(self._store.settings.get(POLICIES[index].name))

    def draw_header(self, width: int) -> str:
        """Return the names of the columns."""
        meaning = "meaning" if _room(width) else ""
        head = f"{'':<{GROUP}}{'setting':<{LABEL}}{'value':<{VALUE + MARK}}{meaning}"
        return fitted(head, width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Return group, name, value, mark and meaning."""
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
    """Return the cells for a meaning; 0 where there are too few."""
    room = width - GROUP - LABEL - VALUE - MARK
    return room if room >= LEAST_MEANING else 0
