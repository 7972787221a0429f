"""The content of a file, as text or as bytes with their offsets.

Pieces are requested when they come into view, so a file may have any size.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from rich.segment import Segment
from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tftptui.engine.messages import KindView
from tftptui.telemetry.escapes import visible
from tftptui.ui.themes import slot_styles

LONGEST = 1 << 15
"""Limit of characters to highlight; more would block the UI."""

_BY_KEY = {"json": "json", "xml": "xml"}
_BY_WORDS = (
    ("iPXE script", "bash"),
    ("gPXE script", "bash"),
    ("shell script", "bash"),
    ("PXELINUX menu", "bash"),
    ("GRUB configuration", "bash"),
    ("configuration (INI)", "ini"),
)
"""Kinds without a lexer of their own, whose comments and quotes are like a shell's."""

_UNKNOWN = "default"
_TEXTS = frozenset({"text", "script", "config"})


def language_of(kind: KindView, name: bytes) -> str:
    """Return the lexer for a text, by its kind or its name; "" for none."""
    if kind.key in _BY_KEY:
        return _BY_KEY[kind.key]
    for words, language in _BY_WORDS:
        if kind.words.startswith(words):
            return language
    if kind.key not in _TEXTS:
        return ""
    if name.endswith(b".cmd"):  # U-Boot scripts, not those of Windows
        return "bash"
    guessed = Syntax.guess_lexer(visible(name))
    return "" if guessed == _UNKNOWN else guessed


def highlighted(
    lines: Sequence[str], language: str, slots: Mapping[str, Style]
) -> list[Text]:
    """Return LINES with styles; empty if they are too long or not understood."""
    code = "\n".join(lines)
    if not language or len(code) > LONGEST:
        return []
    theme = ANSISyntaxTheme(
        {
            ("Comment",): slots["muted"],
            ("Keyword",): Style(bold=True),
            ("Name", "Builtin"): Style(bold=True),
            ("Name", "Tag"): Style(bold=True),
            ("Literal",): slots["transfer-active"],
        }
    )
    text = Syntax(code, language, theme=theme).highlight(code)
    found = [*text.split("\n", allow_blank=True)][: len(lines)]
    is_same = [line.plain for line in found] == [*lines]
    return found if is_same else []  # a lexer must not change the text


PIECE = 1 << 16
"""Bytes per request."""

LONGEST_TEXT = 1 << 19
"""Limit of bytes shown as text; the rest is shown only as bytes."""

KEPT_PIECES = 64
_ROW = 16
_TAB = 4
_WIDEST = 4_000

Mode = Literal["text", "bytes"]


class FileView(ScrollView, can_focus=True):
    """Shows a file; call take() with each piece that it WANTED."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FileView {
        height: 1fr;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
    }
    """

    def __init__(self, wanted: Callable[[int], None]) -> None:
        super().__init__(id="file-view")
        self._wanted = wanted
        self._pieces: dict[int, bytes] = {}
        self._asked: set[int] = set()
        self._lines: list[str] = []
        self._styled: list[Text] = []
        self._total = 0
        self.mode: Mode = "bytes"

    @property
    def has_text(self) -> bool:
        """Whether there is text to show."""
        return bool(self._lines)

    def begin(self, size: int) -> None:
        """Show another file, of SIZE bytes, from the start."""
        self._total = size
        self._pieces.clear()
        self._asked.clear()
        self._lines.clear()
        self._styled = []
        self._measure()

    def show_text(self, text: bytes, language: str = "") -> None:
        """Show TEXT, the beginning of the file, as text in a LANGUAGE."""
        lines = text.decode("utf-8", "replace").split("\n")
        self._lines = [visible(line.expandtabs(_TAB)[:_WIDEST]) for line in lines]
        if self._lines and not self._lines[-1]:
            self._lines.pop()
        slots = slot_styles(self.app.theme_variables)
        self._styled = highlighted(self._lines, language, slots)
        self.mode = "text"
        self._measure()

    def take(self, offset: int, data: bytes) -> None:
        """Add a piece."""
        self._asked.discard(offset)
        while len(self._pieces) >= KEPT_PIECES:
            del self._pieces[next(iter(self._pieces))]
        self._pieces[offset] = data
        self.refresh()

    def show_as(self, mode: Mode) -> None:
        """Switch to the other mode, from the start."""
        self.mode = mode
        self._measure()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Redraw."""
        self._measure()

    def _measure(self) -> None:
        if self.mode == "text":
            width = max((len(line) for line in self._lines), default=0)
            self.virtual_size = Size(width, len(self._lines))
        else:
            self.virtual_size = Size(self._row_width(), -(-self._total // _ROW))
        self.refresh(Region(0, 0, *self.size))

    def _row_width(self) -> int:
        return self._digits + 2 + 3 * _ROW + 2 + _ROW

    @property
    def _digits(self) -> int:
        return max(8, len(f"{self._total:x}"))

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        left, top = self.scroll_offset
        line = top + y
        if self.mode == "text":
            strip = Strip(self._text(line))
        elif line * _ROW < self._total:
            strip = Strip(self._hex(line * _ROW))
        else:
            strip = Strip([])
        width = self.size.width
        return strip.crop_extend(left, left + width, self.rich_style).apply_style(
            self.rich_style
        )

    def _text(self, line: int) -> list[Segment]:
        if line < len(self._styled):
            return [*self._styled[line].render(self.app.console)]
        return [Segment(self._lines[line] if line < len(self._lines) else "")]

    def _hex(self, offset: int) -> list[Segment]:
        slots = slot_styles(self.app.theme_variables)
        start = offset - offset % PIECE
        piece = self._pieces.get(start)
        place = Segment(f"{offset:0{self._digits}x}  ", slots["muted"])
        if piece is None:
            if start not in self._asked:
                self._asked.add(start)
                self._wanted(start)
            return [place, Segment("…", slots["muted"])]
        row = piece[offset - start : offset - start + _ROW]
        first, last = row[: _ROW // 2].hex(" "), row[_ROW // 2 :].hex(" ")
        digits = f"{first:23}  {last:23}"
        letters = "".join(chr(one) if 0x20 <= one < 0x7F else "·" for one in row)  # noqa: PLR2004 - printable ASCII
        return [place, Segment(digits), Segment(f"  {letters}", Style(dim=True))]
