"""Turn a recording of the demo into a moving picture: one SVG that any browser plays.

    tftptui demo pxe-2072 --record FILE.cast --size 100x30
    python tools/make_moving_picture.py FILE.cast docs/images/demo.svg --end 31

A terminal (pyte) plays the asciicast v2. Each line of its screen becomes a strip of all
texts that it shows, side by side; CSS moves the strip by whole screens. Equal texts are
drawn once. For readers who prefer no motion, the picture is the last moment.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path

import pyte
from pyte.screens import Char

WIDTH, HEIGHT, FONT = 8.4, 18, 14
"""Pixels of a cell, and of the letters in it."""
MARGIN = 10
WORDS = re.compile(r"\S+(?: \S+)*")
"""What stands together: it is drawn once, wherever it appears."""
STYLE = f"""\
text{{font:{FONT}px Menlo,'DejaVu Sans Mono','Liberation Mono',Consolas,monospace;
white-space:pre}}.B{{font-weight:bold}}.I{{font-style:italic}}
.m{{animation:SECONDSs step-end infinite}}
@media(prefers-reduced-motion){{.m{{animation:none!important}}}}
"""
PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><style>
{style}
{moves}</style>
<rect width="100%" height="100%" rx="8" fill="{page}"/>
<defs>
{drawn}
</defs>
<svg {inside}>
{strips}
</svg></svg>
"""
Line = tuple[Char, ...]
Moment = tuple[Line, ...]
"""What the whole screen shows."""


def moments(cast: Path, start: float, end: float, rate: float) -> Iterator[Moment]:
    """Yield the screen RATE times a second, from START to END (seconds)."""
    header, *events = map(json.loads, cast.read_text("utf-8").splitlines())
    columns, rows = header["width"], header["height"]
    screen = pyte.Screen(columns, rows)
    stream = pyte.Stream(screen)
    due = start
    for time, kind, data in events:
        while due < min(time, end):
            yield tuple(
                tuple(screen.buffer[y][x] for x in range(columns)) for y in range(rows)
            )
            due += 1 / rate
        if kind == "o":
            stream.feed(data)


class Picture:
    """An SVG of a number of moments, each shown for 1 / RATE seconds."""

    def __init__(self, shown: list[Moment], rate: float) -> None:
        self._shown = shown
        self._rate = rate
        self._columns = len(shown[0][0])
        self._wide = round(self._columns * WIDTH)
        pages = Counter(cell.bg for line in shown[-1] for cell in line)
        self._page = pages.most_common(1)[0][0]
        self._texts: dict[Line, int] = {}
        self._words: dict[tuple[str, str], int] = {}
        self._inks: dict[str, str] = {}

    def svg(self) -> str:
        """Return the picture."""
        strips, moves = [], []
        for y in range(len(self._shown[0])):
            strip, move = self._strip(y, [moment[y] for moment in self._shown])
            strips.append(strip)
            moves.append(move)
        texts = "\n".join(
            f'<g id="t{number}">{self._drawn(line)}</g>'
            for line, number in self._texts.items()
        )
        words = "\n".join(
            f'<text id="w{number}" y="{FONT}" class="{names}" '
            f'textLength="{len(text) * WIDTH:.4g}">{escape(text)}</text>'
            for (text, names), number in self._words.items()
        )
        inks = "".join(f".{name}{{fill:{fill}}}" for fill, name in self._inks.items())
        high = len(self._shown[0]) * HEIGHT
        return PICTURE.format(
            box=f"0 0 {self._wide + 2 * MARGIN} {high + 2 * MARGIN}",
            style=STYLE.replace("SECONDS", f"{len(self._shown) / self._rate:g}") + inks,
            moves="".join(moves),
            page=_color(self._page),
            drawn=f"{words}\n{texts}",
            inside=f'x="{MARGIN}" y="{MARGIN}" width="{self._wide}" height="{high}"',
            strips="\n".join(strips),
        )

    def _strip(self, y: int, shown: list[Line]) -> tuple[str, str]:
        """Return what line Y shows, side by side, and how it moves."""
        places: dict[Line, int] = {}
        steps, at = [], 0
        for line, those in groupby(shown):
            place = places.setdefault(line, len(places)) * self._wide
            steps.append((at, place))
            at += len(list(those))
        texts = "".join(
            f'<use href="#t{self._number(line)}" x="{place * self._wide}"/>'
            for line, place in places.items()
            if self._drawn(line)
        )
        at_y = f'<g transform="translate(0 {y * HEIGHT})">'
        if len(places) == 1:
            return f"{at_y}{texts}</g>", ""
        frames = "".join(
            f"{100 * at / len(shown):.4g}%{{transform:translateX(-{place}px)}}"
            for at, place in steps
        )
        still = f"transform:translateX(-{steps[-1][1]}px)"
        moved = f'<g class="m" style="animation-name:m{y};{still}">'
        return f"{at_y}{moved}{texts}</g></g>", f"@keyframes m{y}{{{frames}}}"

    def _ink(self, fill: str) -> str:
        return self._inks.setdefault(fill, f"c{len(self._inks)}")

    def _number(self, line: Line) -> int:
        return self._texts.setdefault(line, len(self._texts))

    def _drawn(self, line: Line) -> str:
        """Return the backgrounds and the texts of one line."""
        behind, before, x = "", "", 0
        for look, those in groupby(line, key=_look):
            cells = list(those)
            fill, bold, italic, page = look
            if page != _color(self._page):
                behind += (
                    f'<rect x="{x * WIDTH:.4g}" width="{len(cells) * WIDTH:.4g}" '
                    f'height="{HEIGHT}" fill="{page}"/>'
                )
            text = "".join(cell.data for cell in cells)
            names = " ".join([self._ink(fill), *("B" * bold), *("I" * italic)])
            for word in WORDS.finditer(text):
                number = self._words.setdefault((word[0], names), len(self._words))
                left = (x + word.start()) * WIDTH
                before += f'<use href="#w{number}" x="{left:.4g}"/>'
            x += len(cells)
        return behind + before


def _look(cell: Char) -> tuple[str, bool, bool, str]:
    """Return ink, weight, slant and background of a cell."""
    ink, page = _color(cell.fg, "#e0e0e0"), _color(cell.bg)
    if cell.reverse:
        ink, page = page, ink
    return ink, cell.bold, cell.italics, page


def _color(name: str, default: str = "#121212") -> str:
    """Return a color of pyte for SVG: six hexadecimal digits, or a name."""
    if name == "default":
        return default
    return f"#{name}" if len(name) == 6 and name != "yellow" else name


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("cast", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--start", type=float, default=4, help="seconds")
    parser.add_argument("--end", type=float, default=60, help="seconds")
    parser.add_argument("--rate", type=float, default=4, help="pictures a second")
    given = parser.parse_args()
    shown = list(moments(given.cast, given.start, given.end, given.rate))
    given.output.write_text(Picture(shown, given.rate).svg(), "utf-8")
    size = given.output.stat().st_size / 1000
    print(f"{given.output}: {len(shown)} moments, {size:.0f} kB")


if __name__ == "__main__":
    main()
