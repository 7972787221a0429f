"""A root with links of all kinds, a secret next to it, and clients' own folders."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tftptui.server.root.names import Names
from tftptui.server.root.rewriting import parse_rules
from tftptui.server.root.root import Root

OWN = "192.0.2.7"
"""The client with its own folder."""

INSIDE = b"inside"
"""Part of every file inside the root, and of none outside."""


def own_folder(client: str) -> bytes | None:
    """Return the folder of a client, named like it."""
    return client.encode() or None


def make_tree(above: Path) -> Path:
    """Make the root below a folder; return it."""
    (above / "secret").write_bytes(b"not yours")
    folder = above / "root"
    for name in ("Boot/x64", "sub", OWN):
        (folder / name).mkdir(parents=True)
    for name in ("file", "Boot/BCD", "Boot/x64/loader", "sub/inner", f"{OWN}/inner"):
        (folder / name).write_bytes(INSIDE)
    (folder / f"{OWN}/file").write_bytes(b"own inside")
    for link, target in (
        ("in", "sub/inner"),
        ("up", ".."),
        ("sub/up", "../.."),
        ("abs", above / "secret"),
        ("absin", folder / "file"),
        ("loop", "loop"),
        ("Case", "boot/bcd"),
        (f"{OWN}/out", "../../secret"),
    ):
        (folder / link).symlink_to(target)
    return folder


@contextlib.contextmanager
def opened(folder: Path, *rules: str, ignore_case: bool = False) -> Iterator[Root]:
    """Open a root whose clients have their own folders."""
    names = Names(parse_rules(rules), own_folder, ignore_case)
    with contextlib.closing(Root(folder, names)) as root:
        yield root
