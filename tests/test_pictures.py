"""The pictures of README and docs match the app's texts; the moving one moves."""

import html
import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

import tftptui

CHECKOUT = Path(tftptui.__file__).parent.parent
PICTURES = sorted((CHECKOUT / "docs" / "images").glob("*.svg"))

TEXT = re.compile(r"<text[^>]*>([^<]*)</text>")
PAIR = re.compile(r"(?=(?<![\w.'’/-])([A-Za-z][a-z']+ [a-z']{2,})(?![\w.'’/-]))")
"""Two consecutive words."""
COMPOSED = {
    "changing ours",
    "done just",
    "dropped on",
    "octet tsize",
    "read file",
    "resends in",
    "retries in",
    "why does",
}
"""Texts that the app composes of two."""
NFTABLES = {"accept comment", "filter forward", "forward ip", "ip daddr", "ip saddr"}
NFTABLES |= {"nft 'insert", "rule inet"}


@pytest.fixture(scope="module")
def said() -> str:
    """Return all texts of the code and of the packaged scenarios, in lower case."""
    files = [*CHECKOUT.glob("tftptui/**/*.py"), *CHECKOUT.glob("scenarios/*.toml")]
    text = "\n".join(file.read_text("utf-8") for file in files)
    text = re.sub(r'"\s*\n\s*f?"|\\\n', "", text)  # one text over several lines
    return " ".join(text.split()).lower()


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.stem)
def test_a_picture_has_words_that_the_app_still_says(picture: Path, said: str) -> None:
    shown = " | ".join(map(html.unescape, TEXT.findall(picture.read_text("utf-8"))))
    pairs = {pair.lower() for pair in PAIR.findall(shown.replace("\xa0", " "))}
    assert pairs
    gone = sorted(pair for pair in pairs - COMPOSED - NFTABLES if pair not in said)
    # A single reworded phrase does not make a picture stale.
    assert len(gone) < len(pairs) * 0.06 + 2, f"run tools/make_screenshots.py: {gone}"


def test_the_moving_picture_loads_quickly() -> None:
    assert (CHECKOUT / "docs" / "images" / "demo.svg").stat().st_size < 300_000


def test_a_moving_picture_shows_each_line_in_turn(tmp_path: Path) -> None:
    cast = tmp_path / "cast"
    events = [
        {"version": 2, "width": 20, "height": 3},
        [0.0, "o", "first\r\nstays <\x1b[31m&\x1b[0m"],
        [1.1, "o", "\x1b[1;1Hthen "],
        [2.1, "o", "\x1b[1;1Hfirst"],
        [3.0, "o", ""],
    ]
    cast.write_text("\n".join(map(json.dumps, events)))
    tool = _tool()
    shown = list(tool.moments(cast, 0.5, 3.0, 1.0))
    assert len(shown) == 3
    svg = tool.Picture(shown, 1.0).svg()
    assert [_line(svg, 0, at) for at in range(3)] == ["first", "then", "first"]
    assert _line(svg, 1, 0) == "stays <&"
    assert "animation:3s step-end infinite" in svg


def _line(svg: str, y: int, moment: int) -> str:
    """Return line Y at one of three moments, as a browser would show it."""
    (strip,) = re.findall(rf'<g transform="translate\(0 {y * 18}\)">(.*)</g>', svg)
    moved = 0
    if keyframes := re.search(rf"@keyframes m{y}\{{(.*?}})}}", svg):
        for percent, pixels in re.findall(r"([\d.]+)%{\D*(\d+)px", keyframes[1]):
            moved = int(pixels) if float(percent) <= moment * 34 else moved
    (text,) = re.findall(rf'<use href="#(t\d+)" x="{moved}"/>', strip)
    (drawn,) = re.findall(rf'<g id="{text}">(.*)</g>', svg)
    words = re.findall(r'href="#(w\d+)"', drawn)
    return html.unescape(
        "".join(re.findall(rf'id="{word}"[^>]*>([^<]*)', svg)[0] for word in words)
    )


def _tool() -> ModuleType:
    place = CHECKOUT / "tools" / "make_moving_picture.py"
    spec = importlib.util.spec_from_file_location("make_moving_picture", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
