from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from tftptui.resources import packaged_folder
from tftptui.ui.themes import (
    DEFAULT_THEME,
    SLOT_DEFAULTS,
    SLOTS,
    TEXT_SLOTS,
    ThemeError,
    read_theme,
    read_themes,
    slot_styles,
)

SHIPPED, PROBLEMS = read_themes(packaged_folder("themes"))


def luminance(color: Color) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted(
        (luminance(Color.parse(one)), luminance(Color.parse(other))), reverse=True
    )
    return (high + 0.05) / (low + 0.05)


def grounds(theme: Theme) -> list[str]:
    assert theme.background
    assert theme.surface
    return [theme.background, theme.surface, theme.variables["cursor-row"]]


def test_all_shipped_themes_can_be_used() -> None:
    assert PROBLEMS == []
    names = {theme.name for theme in SHIPPED}
    assert names >= {DEFAULT_THEME, "tftptui-light", "contrast", "projector"}


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_a_shipped_theme_fills_every_slot(theme: Theme) -> None:
    assert [name for name in SLOTS if name not in theme.variables] == []


@pytest.mark.parametrize("slot", TEXT_SLOTS)
@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_text_can_be_read_on_every_ground(theme: Theme, slot: str) -> None:
    worst = min(contrast(theme.variables[slot], ground) for ground in grounds(theme))
    assert worst >= 4.5


def in_256_colours(colour: str) -> str:
    """Return the color shown without true color, as over most ssh connections."""
    parsed = RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT)
    return parsed.get_truecolor().hex


@pytest.mark.parametrize("slot", TEXT_SLOTS)
@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_text_can_be_read_in_256_colours(theme: Theme, slot: str) -> None:
    text = in_256_colours(theme.variables[slot])
    assert min(contrast(text, in_256_colours(one)) for one in grounds(theme)) >= 4.5


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_the_row_with_the_cursor_is_seen_from_afar(theme: Theme) -> None:
    assert theme.background
    bar = theme.variables["frame-focus"]
    assert contrast(bar, theme.background) >= 7
    downgraded = [in_256_colours(one) for one in (bar, theme.background)]
    assert contrast(*downgraded) >= 5.5


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_plain_text_can_be_read_on_every_ground(theme: Theme) -> None:
    assert theme.foreground
    assert min(contrast(theme.foreground, ground) for ground in grounds(theme)) >= 7


FOR_A_ROOM = [theme for theme in SHIPPED if theme.name in ("projector", "contrast")]
"""Themes for reading from a distance: WCAG 2.1 §1.4.6 requires 7:1."""


@pytest.mark.parametrize("slot", TEXT_SLOTS)
@pytest.mark.parametrize("theme", FOR_A_ROOM, ids=lambda theme: theme.name)
def test_text_can_be_read_from_the_back_rows(theme: Theme, slot: str) -> None:
    assert theme.panel
    text, places = theme.variables[slot], [*grounds(theme), theme.panel]
    assert min(contrast(text, ground) for ground in places) >= 7


@pytest.mark.parametrize("slot", TEXT_SLOTS)
@pytest.mark.parametrize("theme", FOR_A_ROOM, ids=lambda theme: theme.name)
def test_so_it_can_on_the_stage_in_256_colours(theme: Theme, slot: str) -> None:
    assert theme.surface
    text = in_256_colours(theme.variables[slot])
    # Their darkest yellow is not darker.
    assert contrast(text, in_256_colours(theme.surface)) >= 6.5


def test_both_themes_for_a_room_are_there() -> None:
    assert [theme.name for theme in FOR_A_ROOM] == ["contrast", "projector"]


@pytest.mark.parametrize("slot", [name for name in SLOTS if name.startswith("port-")])
@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: theme.name)
def test_marks_of_ports_can_be_seen(theme: Theme, slot: str) -> None:
    assert theme.background
    assert contrast(theme.variables[slot], theme.background) >= 3


def test_the_defaults_name_every_slot() -> None:
    assert SLOT_DEFAULTS.keys() == set(SLOTS)
    assert slot_styles({}).keys() == set(SLOTS)


WHOLE = """name = "x"
background = "#000"
surface = "#000"
foreground = "#fff"
primary = "#fff"
"""


@pytest.mark.parametrize(
    "text",
    [
        "name = ",
        'name = "x"',
        "name = 1",
        WHOLE.replace("#000", "mud"),
        f'{WHOLE}shadow = "#111"',
        f'{WHOLE}[variables]\ntransfer-failed = "loud"',
    ],
    ids=["toml", "incomplete", "type", "colour", "unknown key", "slot"],
)
def test_a_bad_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(ThemeError, match=r"bad\.toml"):
        read_theme(file)
    assert len(read_themes(tmp_path)[1]) == 1


def test_a_file_may_leave_slots_to_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "plain.toml"
    file.write_text(WHOLE)
    assert read_theme(file).name == "x"
