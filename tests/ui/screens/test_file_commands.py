"""Commands of keys in the Files pane."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.file_scene import file, folder, listing
from tests.support.pictures import NOW, frame, status
from tests.support.screens import SMALL, Shown, shown
from tests.ui.panes.files.test_missing_names import GUESS, SURE, missed
from tftptui.engine.live_settings import exact_rule
from tftptui.engine.messages import (
    CancelHash,
    ChangeSettings,
    Command,
    ExamineFiles,
    Frame,
    HashFile,
    HashView,
    LinkName,
    RewriteName,
    ServeFolder,
    UnlinkName,
)
from tftptui.settings import Value
from tftptui.ui.panes.files.missing_names import missing_folder
from tftptui.ui.store import Store

DIGEST = "ab" * 32


@asynccontextmanager
async def files(*frames: Frame, write: str = "off") -> AsyncIterator[Shown]:
    start = frame(status=status(write=write))
    tree = listing(b"", folder(b"pxe"), file(b"fw.bin", 9_000))
    async with shown(start, tree, *frames, size=SMALL) as screen:
        await screen.press("2")
        yield screen


def wishes(screen: Shown) -> list[Command]:
    return [one for one in screen.wishes if not isinstance(one, ExamineFiles)]


async def test_a_file_is_hashed_and_a_second_press_gives_up() -> None:
    async with files() as screen:
        await screen.press("j", "H")
        assert wishes(screen) == [HashFile(b"fw.bin")]
        half = HashView(name=b"fw.bin", size=9_000, done=4_500)
        await screen.tell(Frame(time=NOW, hashes=[half]))
        assert "hash 50%" in screen.text()
        assert "hashing 50% of 9,000 bytes" in screen.text()
        await screen.press("H")
        assert wishes(screen)[-1] == CancelHash(b"fw.bin")


@pytest.mark.parametrize(
    ("verdict", "mark", "words"),
    [
        ("matches", "✓ matches", "as SHA256SUMS says"),
        ("differs", "≠ differs", "differs from what SHA256SUMS says"),
    ],
)
async def test_a_hash_is_judged(verdict: str, mark: str, words: str) -> None:
    whole = HashView(
        name=b"fw.bin",
        size=9_000,
        done=9_000,
        sha256=DIGEST,
        md5="cd" * 16,
        verdict=verdict,  # type: ignore[arg-type]
        place="SHA256SUMS",
    )
    async with files(Frame(time=NOW, hashes=[whole])) as screen:
        await screen.press("j")
        assert mark in screen.text()
        assert words in screen.text()
        other = listing(b"", folder(b"pxe"), file(b"fw.bin", 9_001))
        await screen.tell(other)
        assert mark not in screen.text()


async def test_a_hash_without_anything_to_compare_is_shown() -> None:
    whole = HashView(name=b"fw.bin", size=9_000, sha256=DIGEST, md5="cd" * 16)
    async with files(Frame(time=NOW, hashes=[whole])) as screen:
        await screen.press("j")
        assert f"SHA-256 {DIGEST[:16]}… · MD5 {'cd' * 16}" in screen.text()


async def test_names_are_copied() -> None:
    asked = Frame(time=NOW, refusals=[missed("pxe/FW.bin", -9, SURE)])
    async with files(asked) as screen:
        await screen.press("j", "y")
        assert screen.app.clipboard == "fw.bin"
        await screen.press("G", "y")
        assert screen.app.clipboard == "boot/BCD"
        await screen.press("k", "y")
        assert screen.app.clipboard == "pxe/FW.bin"


async def test_a_rule_is_made_after_a_question() -> None:
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE, GUESS)])
    async with files(asked) as screen:
        await screen.press("G", "k", "a")
        assert screen.on_top == "Question"
        assert "serve boot/BCD for BOOT\\bcd" in screen.text()
        await screen.press("escape")
        assert wishes(screen) == []
        await screen.press("a", "y")
        assert wishes(screen) == [RewriteName(b"BOOT\\bcd", b"boot/BCD")]


async def test_a_rule_is_told_in_its_row_and_taken_back() -> None:
    rules: dict[str, Value] = {"rewrite": ["a=b"]}
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE)], settings=rules)
    async with files(asked) as screen:
        await screen.press("G", "k", "a", "y")
        assert "u undoes it" in screen.text()
        rule = exact_rule(b"BOOT\\bcd", b"boot/BCD")
        now: dict[str, Value] = {"rewrite": [rule, "a=b"]}
        await screen.tell(Frame(time=NOW, settings=now))
        assert "now get boot/BCD" in screen.text()
        assert "a answers that name" not in screen.text()
        await screen.press("a")
        assert screen.on_top == "main"
        await screen.press("u")
        assert wishes(screen)[-1] == ChangeSettings(rules)


async def test_another_guess_can_be_chosen() -> None:
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE, GUESS)])
    async with files(asked) as screen:
        await screen.press("G", "a", "y")
        assert wishes(screen) == [RewriteName(b"BOOT\\bcd", b"x/a.bin")]


async def test_links_are_offered_only_where_something_may_be_written() -> None:
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE)])
    async with files(asked) as screen:
        await screen.press("G", "L")
        assert screen.on_top == "main"
        told = "uploads are off, so no link can be made"
        assert told in " ".join(screen.text().split())
        await screen.press("g", "L")
        assert "with a similar file" in screen.text()
    boot = listing(b"", folder(b"BOOT"))
    async with files(asked, boot, write="new") as screen:
        await screen.press("G", "L", "y")
        assert wishes(screen) == [LinkName(b"BOOT\\bcd", b"boot/BCD")]
        assert "u undoes it" in screen.text()
        await screen.press("u")
        assert wishes(screen)[-1] == UnlinkName(b"BOOT\\bcd", b"boot/BCD")
        assert "undone: no link for" in screen.text()


async def test_where_no_link_can_be_made_a_rule_is_offered() -> None:
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE)])
    async with files(asked, write="new") as screen:
        await screen.press("G", "L")
        assert "no folder BOOT for a link" in screen.text()
        assert "y add a rule · esc cancel" in screen.text()
        await screen.press("y")
        assert wishes(screen) == [RewriteName(b"BOOT\\bcd", b"boot/BCD")]


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        (b"boot/Menu.cfg", "boot"),
        (b"/Boot/Menu.cfg", ""),
        (b"Boot/sub/x", "Boot/sub"),
        (b"Boot/deep/er/x", ""),
        (b"Menu.cfg", ""),
        (b"../boot/x", ""),
        (b"C:\\boot\\x", ""),
    ],
)
def test_the_first_folder_that_is_not_there_is_named(
    asked: bytes, missing: str
) -> None:
    store = Store()
    store.fold(listing(b"", folder(b"Boot")))
    store.fold(listing(b"Boot", folder(b"deep")))
    assert missing_folder(store, asked) == missing


def test_case_does_not_matter_where_it_is_ignored() -> None:
    store = Store()
    store.fold(Frame(time=NOW, settings={"ignore_case": True}))
    store.fold(listing(b"", folder(b"Boot")))
    assert missing_folder(store, b"boot/Menu.cfg") == ""


async def test_why_something_can_not_be_done_is_told() -> None:
    asked = Frame(time=NOW, refusals=[missed("BOOT\\bcd", -9, SURE)])
    async with files(asked) as screen:
        screen.engine.refuse = "another rewrite rule would lead elsewhere"
        await screen.press("G", "a", "y")
        assert "another rewrite rule" in screen.text()


async def test_the_bottom_line_knows_the_first_row_when_it_comes() -> None:
    async with shown(frame(listings=[]), size=SMALL) as screen:
        await screen.press("2")
        assert "enter open" not in screen.text()
        await screen.tell(listing(b"", folder(b"pxe")))
        assert "enter open" in screen.text()


async def test_another_folder_can_be_served() -> None:
    async with files() as screen:
        await screen.press("S")
        assert screen.on_top == "FolderScreen"
        await screen.press("escape", "S", "end", *"2", "enter")
        assert wishes(screen) == [ServeFolder("/srv/images2")]
