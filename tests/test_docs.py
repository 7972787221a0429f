"""Commands, links and files in README and the documents exist."""

import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import fields

import tftptui
from tftptui.cli import app
from tftptui.telemetry.events import Event, TransferEvent, WireStep

CHECKOUT = Path(tftptui.__file__).parent.parent
PAGES = sorted([*CHECKOUT.glob("*.md"), *CHECKOUT.glob("docs/*.md")])

BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(
    r"(?:^|\$ |sudo |&& |\| |:\d+ )(?:\.venv/bin/)?tftptui\b([^|<>&#\n]*)", re.MULTILINE
)
STALE = re.compile(
    r"\b(in vain|anew|thereof|of its own accord|hangs on|is wanting|makes no sense"
    r"|whoever|sent again|asks? again|lies outside|at rest|needs? a right|let through"
    r"|in good order|time-outs?|colours?|behaviours?|labelled|recognise\w*)\b",
    re.IGNORECASE,
)
"""Words with a better term in the field, or another American spelling."""
LINK = re.compile(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)")


def _commands() -> list[str]:
    """Return the arguments of each tftptui command in the fenced blocks."""
    texts = [page.read_text("utf-8") for page in PAGES]
    blocks = [
        block.replace("\\\n", " ") for text in texts for block in BLOCK.findall(text)
    ]
    return [found.strip() for block in blocks for found in COMMAND.findall(block)]


def _anchors(page: Path) -> set[str]:
    """Return the anchors of PAGE: its headings, in GitHub's form."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in headings
    }


@pytest.mark.parametrize("arguments", _commands())
def test_a_command_in_the_documents_can_be_typed(arguments: str) -> None:
    arguments = arguments.replace("analyze - ", "analyze /dev/stdin ")  # cli.main does
    app.parse_args(shlex.split(arguments), exit_on_error=False, print_error=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_links_only_to_files_and_headings_that_exist(page: Path) -> None:
    for path, anchor in LINK.findall(page.read_text("utf-8")):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_uses_the_words_of_the_field(page: Path) -> None:
    text = " ".join(page.read_text("utf-8").split())
    assert [found[0] for found in STALE.finditer(text)] == []


def test_each_option_of_a_server_is_explained() -> None:
    text = (CHECKOUT / "docs" / "running.md").read_text("utf-8")
    arguments = [
        *app.assemble_argument_collection(),
        *app["serve"].assemble_argument_collection(),
    ]
    names = [{*one.names, *one.negatives} for one in arguments if one.name[0] == "-"]
    assert [one for one in names if not any(f"`{name}" in text for name in one)] == []


def test_every_page_has_its_place_in_the_site() -> None:
    site = (CHECKOUT / "mkdocs.yml").read_text("utf-8")
    listed = set(re.findall(r": (\S+\.md)$", site, re.MULTILINE))
    made = {"index.md", "configuration.md", "contributing.md"}  # tools/docs_site.py
    assert listed == made | {page.name for page in CHECKOUT.glob("docs/*.md")}


def test_each_event_of_the_journal_is_explained_with_its_keys() -> None:
    page = (CHECKOUT / "docs" / "journal.md").read_text("utf-8")
    common = {"time", *(key.name for key in fields(TransferEvent))}
    for kind in (*Event.__subclasses__(), *TransferEvent.__subclasses__()):
        if kind in {TransferEvent, WireStep}:  # docs/wire.md has those of WireStep
            continue
        name = kind.__struct_config__.tag
        keys = {key.encode_name for key in fields(kind)} - common
        (row,) = re.findall(rf"^\| (.*`{name}`.*)$", page, re.MULTILINE)
        assert [key for key in sorted(keys) if f"`{key}`" not in row] == [], name
