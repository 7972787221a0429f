"""Small texts with their comments, words and values told apart."""

from collections.abc import Mapping, Sequence

from rich.style import Style
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.text import Text

from tftptui.engine.messages import KindView
from tftptui.telemetry.escapes import visible

LONGEST = 1 << 15
"""Characters that are looked through; more would hold up the screen."""

_BY_KEY = {"json": "json", "xml": "xml"}
_BY_WORDS = (
    ("iPXE script", "bash"),
    ("gPXE script", "bash"),
    ("shell script", "bash"),
    ("PXELINUX menu", "bash"),
    ("GRUB configuration", "bash"),
    ("configuration (INI)", "ini"),
)
"""What has no grammar of its own has comments and quotes as a shell does."""

_UNKNOWN = "default"
_TEXTS = frozenset({"text", "script", "config"})


def language_of(kind: KindView, name: bytes) -> str:
    """Return the grammar of a text, by what it is or is called; "" for none."""
    if kind.key in _BY_KEY:
        return _BY_KEY[kind.key]
    for words, language in _BY_WORDS:
        if kind.words.startswith(words):
            return language
    if kind.key not in _TEXTS:
        return ""
    if name.endswith(b".cmd"):  # U-Boot's, not those of Windows
        return "bash"
    guessed = Syntax.guess_lexer(visible(name))
    return "" if guessed == _UNKNOWN else guessed


def highlighted(
    lines: Sequence[str], language: str, slots: Mapping[str, Style]
) -> list[Text]:
    """Return LINES with styles, or nothing if they are too many or not understood."""
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
    return found if is_same else []  # a grammar may not change what is there
