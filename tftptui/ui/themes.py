"""Themes: TOML files, validated before use, that assign colors to slots.

A slot is a color with a meaning, such as ``transfer-failed``. Widgets use only slots,
so a theme can change every color without changing a meaning.
"""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import msgspec
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT_THEME = "tftptui-dark"

STATE_SLOTS = (
    "transfer-active",
    "transfer-completed",
    "transfer-unconfirmed",
    "transfer-failed",
    "transfer-stalled",
)
PACKET_SLOTS = ("packet-retransmit", "packet-duplicate", "packet-error")
PORT_SLOTS = ("port-free", "port-used", "port-quarantined", "port-foreign")
TEXT_SLOTS = (*STATE_SLOTS, *PACKET_SLOTS, "muted")
"""Slots for text: they need a contrast of 4.5:1 on every background."""

GROUND_SLOTS = ("cursor-row",)
FRAME_SLOTS = ("frame", "frame-focus")
SLOTS = (*TEXT_SLOTS, *PORT_SLOTS, *FRAME_SLOTS, *GROUND_SLOTS)

SLOT_DEFAULTS: Mapping[str, str] = {
    "transfer-active": "#8fb4ff",
    "transfer-completed": "#4fd1b3",
    "transfer-unconfirmed": "#eef0b0",
    "transfer-failed": "#ff6b7d",
    "transfer-stalled": "#e6a817",
    "packet-retransmit": "#f58fc8",
    "packet-duplicate": "#c575ff",
    "packet-error": "#ff6b7d",
    "muted": "#9aa6ad",
    "port-free": "#6d7a82",
    "port-used": "#8fb4ff",
    "port-quarantined": "#93a896",
    "port-foreign": "#ff6b7d",
    "frame": "#4a555c",
    "frame-focus": "#8fb4ff",
    "cursor-row": "#2a3236",
}
"""For themes without our slots, such as Textual's own."""

_BOLD = frozenset({"transfer-failed", "transfer-stalled", "packet-retransmit"})


class ThemeError(ValueError):
    """A theme file is invalid; the text names the file and the error."""


class _ThemeFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The contents of a theme file."""

    name: str
    background: str
    surface: str
    foreground: str
    primary: str
    panel: str | None = None
    secondary: str | None = None
    accent: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None
    dark: bool = True
    variables: dict[str, str] = {}


def read_theme(file: Path) -> Theme:
    """Return the theme in FILE.

    Raises:
        ThemeError: the file can't be read, or a value in it is invalid.
    """
    try:
        raw = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _ThemeFile)
        for name in SLOTS:
            if name in raw.variables:
                Color.parse(raw.variables[name])
        theme = Theme(**msgspec.structs.asdict(raw))
        theme.to_color_system().generate()
    except ColorParseError as error:
        raise ThemeError(f"theme {file.name}: {str(error).splitlines()[0]}") from error
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise ThemeError(f"theme {file.name}: {error}") from error
    return theme


def read_themes(folder: Path, but: str | None = None) -> tuple[list[Theme], list[str]]:
    """Return the themes in FOLDER, and a sentence for each invalid file.

    BUT is the name of a theme to skip, because it has been read already.
    """
    themes, problems = [], []
    for file in sorted(folder.glob("*.toml")):
        if file.stem == but:
            continue
        try:
            themes.append(read_theme(file))
        except ThemeError as error:
            problems.append(str(error))
    return themes, problems


def slot_styles(variables: Mapping[str, str]) -> dict[str, Style]:
    """Return each slot's foreground style; important ones are bold as well."""
    wanted = tuple(variables.get(name, SLOT_DEFAULTS[name]) for name in SLOTS)
    return dict(_styles(wanted))


@lru_cache(maxsize=8)
def _styles(colours: tuple[str, ...]) -> Mapping[str, Style]:
    """Return the styles of SLOTS in these colors, cached: each frame needs them."""
    return {
        name: Style(
            color=Color.parse(colour).rich_color,
            bold=True if name in _BOLD else None,
        )
        for name, colour in zip(SLOTS, colours, strict=True)
    }
