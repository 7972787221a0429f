"""Small texts with syntax highlighting."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style
from rich.text import Text

from tests.support.strips import strips_of
from tests.ui.screens.test_preview import looking
from tftptui.engine.messages import KindView
from tftptui.knowledge.magic import recognize
from tftptui.ui.kit.file_view import LONGEST, highlighted, language_of

SLOTS = {"muted": Style(color="red"), "transfer-active": Style(color="blue")}


def styled(line: Text) -> dict[str, str]:
    """Return the styled words of a line."""
    return {
        line.plain[start:end]: str(style) for start, end, style in line.spans if style
    }


def language(content: bytes, name: bytes) -> str:
    kind = recognize(content, len(content), name)
    return language_of(KindView(key=kind.key, words=kind.words, troubles=[]), name)


@pytest.mark.parametrize(
    ("content", "name", "found"),
    [
        (b"#!ipxe\nchain x\n", b"boot", "bash"),
        (b"DEFAULT linux\n", b"pxelinux.cfg/default", "bash"),
        (b"set timeout=5\n", b"grub.cfg", "bash"),
        (b'{"a": 1}\n', b"x", "json"),
        (b"<?xml version='1.0'?><a/>\n", b"x", "xml"),
        (b"[a]\nb=c\n", b"x", "ini"),
        (b"setenv a b\n", b"boot.cmd", "bash"),
        (b"key: value\n", b"a.yaml", "yaml"),
        (b"hello\n", b"README", ""),
        (b"\x7fELF\0", b"a.py", ""),
    ],
)
def test_the_grammar_is_that_of_the_kind_or_the_name(
    content: bytes, name: bytes, found: str
) -> None:
    assert language(content, name) == found


def test_comments_and_values_stand_out() -> None:
    first, second, _, last = highlighted(
        ["# why", 'set a "b c"', "", "fi"], "bash", SLOTS
    )
    assert styled(first) == {"# why": "red"}
    assert styled(second)['"b c"'] == "blue"
    assert styled(last) == {"fi": "bold"}


def test_what_is_large_or_has_no_grammar_stays_plain() -> None:
    assert highlighted(["# x" * LONGEST], "bash", SLOTS) == []
    assert highlighted(["# x"], "", SLOTS) == []


@given(
    st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126))),
    st.sampled_from(["bash", "json", "xml", "ini", "yaml"]),
)
def test_nothing_of_a_text_is_lost(lines: list[str], grammar: str) -> None:
    found = highlighted(lines, grammar, SLOTS)
    assert [line.plain for line in found] in ([], lines)


async def test_a_look_inside_shows_it(tmp_path: Path) -> None:
    (tmp_path / "menu").write_text("# [red]why[/]\nDEFAULT \x1b[31mlinux\n\n\tok\n")
    async with looking(tmp_path, b"menu") as look:
        await look.until("DEFAULT \\x1b[31mlinux")
        strips = strips_of(look.app)
        (comment,) = [
            segment
            for strip in strips
            for segment in strip
            if "# [red]why[/]" in segment.text
        ]
        muted = look.app.theme_variables["muted"]
        assert comment.style is not None
        assert comment.style.color is not None
        assert comment.style.color.name == muted.lower()
        assert "    ok" in look.text()
