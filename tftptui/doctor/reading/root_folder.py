"""Reads facts about the folder to serve; changes nothing."""

import errno
import os
import pwd
import stat
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from tftptui.doctor.facts import LEFT_BEHIND, Leftover, Served
from tftptui.files.hidden_file import PREFIX
from tftptui.settings import Settings
from tftptui.telemetry.escapes import visible

_MOST_ENTRIES = 20_000
_MOST_NAMED = 3


def served_by(settings: Settings) -> Served:
    """Return the facts about all served folders, the worst first."""
    writer = _writer(settings)
    if not settings.named:
        return _served(settings.root, writer)
    all_of = [_served_alone(one.path, writer) for one in settings.named]
    worst = min(
        all_of, key=lambda one: (not one.trouble, not one.unreadable, one.is_writable)
    )
    leftovers = tuple(left for one in all_of for left in one.leftovers)
    folders = sum(one.folders for one in all_of)
    return replace(worst, folders=folders, leftovers=leftovers)


def _writer(settings: Settings) -> str:
    """Return the user that a server started by root writes as; "" if it is us."""
    if os.geteuid() != 0:
        return ""
    known = (settings.user, os.environ.get("SUDO_USER"), os.environ.get("DOAS_USER"))
    return next((name for name in known if name and name != "root"), "")


def _may_write(folder: Path, writer: str) -> bool:
    """Return whether we, or WRITER, may create files in a folder, by its mode."""
    if not writer:
        return os.access(folder, os.W_OK | os.X_OK)
    try:
        entry, found = pwd.getpwnam(writer), folder.stat()
    except (KeyError, OSError):
        return False
    if found.st_uid == entry.pw_uid:
        wanted = stat.S_IWUSR | stat.S_IXUSR
    elif found.st_gid in os.getgrouplist(writer, entry.pw_gid):
        wanted = stat.S_IWGRP | stat.S_IXGRP
    else:
        wanted = stat.S_IWOTH | stat.S_IXOTH
    return found.st_mode & wanted == wanted


def _served_alone(path: Path, writer: str) -> Served:
    if path.is_dir():
        return _served(path, writer)
    return Served(
        path=path,
        trouble="" if os.access(path, os.R_OK) else os.strerror(errno.EACCES),
        is_writable=_may_write(path.parent, writer),
        writer=writer,
    )


def _served(root: Path, writer: str) -> Served:
    try:
        with os.scandir(root) as entries:
            next(entries, None)
    except OSError as error:
        return Served(path=root, trouble=error.strerror or str(error))
    unreadable: list[str] = []
    astray: list[str] = []
    leftovers: list[Leftover] = []
    folders = seen = 0
    top = root.resolve()
    for place, names, files in os.walk(root):
        folders += 1
        seen += len(names) + len(files)
        leftovers += _leftovers(Path(place), files)
        for path in (Path(place) / name for name in (*names, *files)):
            shown = visible(str(path.relative_to(root)))
            if path.is_symlink() and _is_astray(path, top):
                astray.append(f"{shown} → {visible(os.fspath(path.readlink()))}")
            elif not os.access(path, os.R_OK):
                unreadable.append(shown)
        if seen > _MOST_ENTRIES or len(unreadable) > _MOST_NAMED:
            break
    return Served(
        path=root,
        unreadable=tuple(unreadable[:_MOST_NAMED]),
        astray=tuple(astray[:_MOST_NAMED]),
        folders=folders,
        is_writable=_may_write(root, writer),
        writer=writer,
        leftovers=tuple(leftovers),
    )


def _leftovers(folder: Path, names: Sequence[str]) -> Iterator[Leftover]:
    """Yield hidden partial uploads that are no longer written."""
    for name in names:
        if not name.startswith(os.fsdecode(PREFIX)):
            continue
        with suppress(OSError):  # deleted: the upload is over
            found = (folder / name).lstat()
            age = time.time() - found.st_mtime  # noqa: TID251 - compared with mtime
            if age > LEFT_BEHIND and stat.S_ISREG(found.st_mode):
                yield Leftover(str(folder / name), found.st_size, age)


def _is_astray(link: Path, top: Path) -> bool:
    """Return whether a symlink is broken, a loop, or leaves the folder."""
    try:
        return not link.resolve(strict=True).is_relative_to(top)
    except (OSError, RuntimeError):  # RuntimeError: a loop, before Python 3.13
        return True
