"""Nothing from outside reaches a terminal except as printable text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.telemetry.escapes import LONGEST, markdown, visible

HARMLESS_FORMATS = {
    char
    for char in map(chr, range(0x11_0000))
    if unicodedata.category(char) == "Cf" and visible(char) == char
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param(b"boot/pxelinux.0", "boot/pxelinux.0", id="plain"),
        pytest.param("Grüße 漢字 ✓".encode(), "Grüße 漢字 ✓", id="unicode"),
        pytest.param(b"\x1b[2J", r"\x1b[2J", id="escape-sequence"),
        pytest.param(b"a\r\n\tb", r"a\x0d\x0a\x09b", id="lines"),
        pytest.param(b"\x7f", r"\x7f", id="delete"),
        pytest.param("\x9b2J", r"\x9b2J", id="c1"),
        pytest.param(b"\x9b2J", r"\x9b2J", id="c1-octet"),
        pytest.param(b"caf\xe9", r"caf\xe9", id="latin-1"),
        pytest.param(b"\xc3", r"\xc3", id="broken-utf-8"),
        pytest.param("a\u202egpj.exe", r"a\u202egpj.exe", id="right-to-left"),
        pytest.param("a\u200bb", r"a\u200bb", id="zero-width"),
        pytest.param("\ud834", r"\ud834", id="lone-surrogate"),
        pytest.param("\U000e0041", r"\U000e0041", id="tag"),
        pytest.param(b"[red]x[/]", "[red]x[/]", id="markup-is-left-to-the-screen"),
    ],
)
def test_visible(text: bytes | str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_no_control_survives(text: str) -> None:
    left = {unicodedata.category(char) for char in visible(text)}
    assert left & {"Cc", "Cs", "Zl", "Zp"} == set()


@given(st.binary())
def test_bytes_become_text_that_can_be_written(data: bytes) -> None:
    shown = visible(data)
    assert shown.encode().decode() == shown


@given(st.binary())
def test_no_byte_becomes_a_control(data: bytes) -> None:
    assert "Cc" not in map(unicodedata.category, visible(data))


def test_only_visible_format_characters_pass() -> None:
    # Arabic, Syriac, Kaithi and hieroglyph signs have the category but are printable.
    scripts = {unicodedata.name(char).split()[0] for char in HARMLESS_FORMATS}
    assert scripts == {"ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}


@pytest.mark.parametrize("char", ["a", "é", "漢", "😀"])
def test_text_of_the_longest_length_is_whole(char: str) -> None:
    text = char * LONGEST
    assert visible(text) == visible(text.encode()) == text


@pytest.mark.parametrize("char", ["a", "é", "漢", "😀"])
def test_longer_text_is_cut_and_says_so(char: str) -> None:
    text = char * (LONGEST + 1)
    assert visible(text) == visible(text.encode()) == char * LONGEST + "…"


def test_markdown_takes_it_for_text() -> None:
    assert markdown("a_b *c* <i> | `d` ~e~") == r"a\_b \*c\* \<i\> \| \`d\` \~e\~"
