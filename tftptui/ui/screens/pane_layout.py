"""Which panes are hidden, and the sizes of the others; remembered between runs."""

from collections.abc import Sequence

from textual.widget import Widget

from tftptui.ui.kit.pane import Pane
from tftptui.ui.memory import Memory

HIDDEN, SIZES = "hidden-panes", "pane-sizes"
"""Names of the remembered choices."""

STEP = 1.25
"""Factor per step in size."""

LINES = 2
"""Lines per step for Ports, whose rows have a fixed height."""

MOST_STEPS = 5
LEAST_LINES = 5

TOP, LEFT, PORTS = "top", "left", "ports"
"""The resizable sizes: Transfers' height, Files' width, Ports' height."""

_GROWS = {
    "transfers": (TOP, 1),
    "files": (LEFT, 1),
    "ports": (PORTS, 1),
    "packets": (PORTS, -1),
}
"""The change that enlarges each pane if all are shown."""


class PaneLayout:
    """The grid of the main screen: Transfers above; Files left of Packets and Ports.

    Args:
        memory: where choices are kept.

    Attributes:
        hidden: ids of the hidden panes.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.hidden = set(memory.choice(HIDDEN).split())
        self._steps = dict.fromkeys((TOP, LEFT, PORTS), 0)
        for text in memory.choice(SIZES).split():
            name, _, steps = text.partition("=")
            if name in self._steps and steps.lstrip("-").isdecimal():
                self._steps[name] = max(-MOST_STEPS, min(MOST_STEPS, int(steps)))

    def is_shown(self, pane: Pane) -> bool:
        """Return whether a pane is not hidden."""
        return pane.id not in self.hidden

    def hide(self, pane: Pane) -> None:
        """Hide a pane."""
        self.hidden.add(pane.id or "")
        self._keep()

    def show(self, pane: Pane) -> None:
        """Show a pane again."""
        if pane.id in self.hidden:
            self.hidden.discard(pane.id)
            self._keep()

    def resize(self, pane: Pane, step: int, *, is_pair: bool) -> None:
        """Make a pane larger by STEP, or smaller.

        IS_PAIR: only Transfers and one other pane are shown, one above the other.
        """
        name = pane.id or ""
        what, way = _GROWS[name]
        is_alone = what == PORTS and not {"packets", "ports"}.isdisjoint(self.hidden)
        if name != "transfers" and (is_pair or is_alone):
            what, way = TOP, -1
        steps = self._steps[what] + way * step
        self._steps[what] = max(-MOST_STEPS, min(MOST_STEPS, steps))
        self._keep()

    def arrange(
        self, grid: Widget, panes: Sequence[Pane], rows: tuple[int, int, int]
    ) -> None:
        """Lay out all panes that are not hidden.

        Args:
            grid: the parent of the PANES.
            panes: Transfers, Files, Ports and Packets.
            rows: shares of Transfers and Packets in the height, and lines of Ports.
        """
        top, middle, lines = rows
        transfers, files, ports, packets = panes
        right = [one for one in (packets, ports) if self.is_shown(one)]
        columns = 2 if right and self.is_shown(files) else 1
        heights = [f"{middle}fr"] if right or self.is_shown(files) else []
        if len(right) > 1:
            lines = max(LEAST_LINES, lines + LINES * self._steps[PORTS])
            heights.append(f"{lines}")
        if self.is_shown(transfers):
            heights.insert(0, f"{top * STEP ** self._steps[TOP]:.3f}fr")
        left = f"{3 * STEP ** self._steps[LEFT]:.3f}fr"
        grid.styles.grid_size_columns = columns
        grid.styles.grid_size_rows = len(heights)
        grid.styles.grid_columns = f"{left} 7fr" if columns > 1 else "1fr"
        grid.styles.grid_rows = " ".join(heights)
        transfers.styles.column_span = columns
        files.styles.row_span = max(1, len(right))

    def arrange_pair(self, grid: Widget, panes: Sequence[Pane]) -> None:
        """Lay out Transfers and one other pane, one above the other."""
        transfers, files, *_ = panes
        top = f"{STEP ** self._steps[TOP]:.3f}fr"
        is_pair = self.is_shown(transfers) and len(self.hidden) < len(panes) - 1
        grid.styles.grid_size_columns = 1
        grid.styles.grid_size_rows = 1 + is_pair
        grid.styles.grid_columns = "1fr"
        grid.styles.grid_rows = f"{top} 1fr" if is_pair else "1fr"
        transfers.styles.column_span = files.styles.row_span = 1

    def _keep(self) -> None:
        self._memory.remember_choice(HIDDEN, " ".join(sorted(self.hidden)))
        sizes = " ".join(f"{name}={steps}" for name, steps in self._steps.items())
        self._memory.remember_choice(SIZES, sizes)
