"""A sheet of cells to draw on, and its lines as texts."""

from rich.style import Style
from rich.text import Text

_PLAIN = Style()


class Canvas:
    """Cells that each hold one narrow character; what is drawn outside is cut off."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells = [[(" ", _PLAIN)] * width for _ in range(height)]

    def write(self, x: int, y: int, text: str, style: Style = _PLAIN) -> None:
        """Write a text from a cell on to the right."""
        if not 0 <= y < self.height:
            return
        for place, mark in enumerate(text, x):
            if 0 <= place < self.width:
                self._cells[y][place] = (mark, style)

    def frame(
        self, x: int, y: int, width: int, height: int, style: Style = _PLAIN
    ) -> None:
        """Draw a frame of round corners."""
        line = "─" * (width - 2)
        self.write(x, y, f"╭{line}╮", style)
        for row in range(y + 1, y + height - 1):
            self.write(x, row, "│", style)
            self.write(x + width - 1, row, "│", style)
        self.write(x, y + height - 1, f"╰{line}╯", style)

    def lines(self) -> list[Text]:
        """Return all lines; runs of one style are one span."""
        return [_joined(row) for row in self._cells]


def _joined(row: list[tuple[str, Style]]) -> Text:
    text, run, style = Text(no_wrap=True), "", _PLAIN
    for mark, its in row:
        if its != style:
            text.append(run, style)
            run, style = "", its
        run += mark
    return text.append(run, style)
