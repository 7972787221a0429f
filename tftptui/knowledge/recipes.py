"""Recipes: commands to type on a client to fetch a file from here, or send one.

The recipes are data, see ``recipes/README.md``; this module fills them in, and says
when one can't work. No disk access here.
"""

import re
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

from tftptui.knowledge.names.spelling import parts
from tftptui.protocol.options import MIN_BLOCK_SIZE, path_block_size
from tftptui.settings import TFTP_PORT
from tftptui.telemetry.words import host, tftp_url

BLOCK_SIZE = 1_428
"""Largest block offered, in bytes: fits Ethernet, even inside most tunnels."""

_SMALLEST = 512
_LAST_BLOCK = 65_535

CHECKED = {
    "run": "tested",
    "source": "from its source code",
    "doc": "from its manual",
    "known": "not checked",
}
"""Degrees of verification, in words."""

_PLACE = re.compile(r"(?<!\$)\{(server|port|file|base|url|host|blksize)\}")
_SIMPLE = re.compile(r"[A-Za-z0-9._/+@=:,-]+")


class RecipeError(ValueError):
    """A recipe file is invalid; the text says where."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The commands to fetch or send a file with one client; see the README there."""

    id: str
    title: str
    os: str
    get: list[str]
    put: list[str] = []
    port: bool
    port_get: list[str] = []
    quoting: Literal["url", "posix", "windows", "none"]
    block_size: int | None = None
    notes: list[str] = []
    checked: Literal["run", "source", "doc", "known"]
    reference: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    recipe: list[Recipe]


@dataclass(frozen=True, slots=True)
class Order:
    """The file to fetch or send, and the server.

    Attributes:
        server: an address at which the client can reach us.
        port: the port for requests.
        file: path below the root in bytes.
        size: of the file, bytes; None if unknown.
        is_put: whether the client sends it.
        mtu: of the server's route, bytes; None if unknown.
    """

    server: str
    port: int
    file: bytes
    size: int | None = None
    is_put: bool = False
    mtu: int | None = None

    @property
    def block_size(self) -> int:
        """Largest block in bytes that almost always fits into one packet."""
        if self.mtu is None:
            return BLOCK_SIZE
        fitting = path_block_size(self.mtu, ipv6=":" in self.server)
        return max(MIN_BLOCK_SIZE, min(BLOCK_SIZE, fitting))


@dataclass(frozen=True, slots=True)
class Filled:
    """A recipe filled in.

    Attributes:
        lines: what to type; empty if it can't work.
        notes: further advice.
        problem: why it can't work, or ""; continues a sentence with the client's name.
        cure: what would help, or "".
    """

    lines: tuple[str, ...]
    notes: tuple[str, ...] = ()
    problem: str = ""
    cure: str = ""


def parse_recipes(text: str, *, source: str = "recipes") -> list[Recipe]:
    """Parse recipes in TOML; SOURCE is their name in errors.

    Raises:
        RecipeError: it is not valid TOML, or a recipe is invalid.
    """
    try:
        return msgspec.toml.decode(text, type=_File).recipe
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise RecipeError(f"{source}: {error}") from error


def fill(recipe: Recipe, order: Order) -> Filled:
    """Return what to type for an order, or why it can't work."""
    if not recipe.port and order.port != TFTP_PORT:
        problem = f"can only use port {TFTP_PORT}; this server listens on {order.port}"
        cure = f"Start the server with --port {TFTP_PORT}, if you may bind that port."
        return Filled((), problem=problem, cure=cure)
    if problem := _problem(recipe, order):
        return Filled((), problem=problem)
    templates = recipe.put if order.is_put else recipe.get
    if recipe.port_get and not order.is_put and order.port != TFTP_PORT:
        templates = recipe.port_get
    quoted = _words(order, _QUOTINGS[recipe.quoting])
    plain = _words(order, str)
    notes = [*_filled(recipe.notes, plain), *_size_notes(recipe, order)]
    return Filled(tuple(_filled(templates, quoted)), tuple(notes))


def _problem(recipe: Recipe, order: Order) -> str:
    if order.is_put and not recipe.put:
        return "sends no files by TFTP"
    return "" if recipe.quoting == "url" else _name_problem(recipe, order.file)


def _name_problem(recipe: Recipe, file: bytes) -> str:
    """Return why a name can't be typed, or ""."""
    try:
        name = file.decode()
    except UnicodeDecodeError:
        return "accepts only UTF-8 names"
    if not name.isprintable():
        return "accepts no names with control characters"
    if recipe.quoting == "none" and not _SIMPLE.fullmatch(name):
        return "accepts no names with spaces or special characters"
    if recipe.quoting == "windows" and any(sign in name for sign in '"%'):
        return "accepts no names with quotes or percent signs"
    return ""


def _words(order: Order, quoted: Callable[[str], str]) -> dict[str, str]:
    steps = parts(order.file)
    file = b"/".join(steps).decode("utf-8", "backslashreplace")
    base = steps[-1].decode("utf-8", "replace") if steps else file
    base = "".join(letter if letter.isprintable() else "_" for letter in base)
    url = tftp_url(order.server, order.port, b"/".join(steps))
    return {
        "server": order.server,
        "port": str(order.port),
        "file": quoted(file),
        "base": quoted(base),
        "url": quoted(url),
        "host": host(order.server),
        "blksize": str(order.block_size),
    }


def _filled(templates: Iterable[str], words: dict[str, str]) -> list[str]:
    return [_PLACE.sub(lambda found: words[found[1]], one) for one in templates]


def _size_notes(recipe: Recipe, order: Order) -> list[str]:
    block_size = min(recipe.block_size or _SMALLEST, order.block_size)
    most = _LAST_BLOCK * block_size
    if order.size is None or order.size <= most:
        return []
    larger = f"the file is larger than {most:,} bytes"
    return [f"{larger}: block numbers roll over, or use larger blocks"]


def _windows(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) else f'"{text}"'


_QUOTINGS: dict[str, Callable[[str], str]] = {
    "url": shlex.quote,
    "posix": shlex.quote,
    "windows": _windows,
    "none": str,
}
