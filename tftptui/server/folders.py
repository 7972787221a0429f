"""What the folders below the root hold, as whoever watches wants to see it."""

import os
import stat

from tftptui.server.root import Root
from tftptui.server.walk import RootError, is_hidden, kind_of
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.views import Entry, Listing


def list_folder(root: Root, folder: bytes) -> Listing:
    """Return what a folder holds now: folders first, then by name."""
    try:
        descriptor = root.open_folder(folder)
    except RootError as error:
        return Listing(folder=folder, gone=True, why=error.text)
    try:
        with os.scandir(descriptor) as found:
            entries = [
                _entry(root, folder, entry)
                for entry in found
                if not is_hidden(os.fsencode(entry.name))
            ]
    except OSError as error:
        return Listing(folder=folder, gone=True, why=error.strerror or str(error))
    finally:
        os.close(descriptor)
    entries.sort(key=lambda entry: (entry.kind != "folder", entry.name.lower()))
    return Listing(folder=folder, entries=entries)


def _entry(root: Root, folder: bytes, found: "os.DirEntry[str]") -> Entry:
    name = os.fsencode(found.name)
    path = folder + b"/" + name if folder else name
    is_link = found.is_symlink()
    try:
        status, may_read = root.look(path)
    except RootError as error:
        why = "link that leads nowhere" if error.reason == "not-found" else error.text
        return _other(name, why, is_link=is_link)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        what = kind_of(status.st_mode)
        return _other(name, f"{what}, can't be served", is_link=is_link)
    if not may_read:
        return _other(name, "the server may not read it", is_link=is_link)
    return Entry(
        name=name,
        text=visible(name),
        kind="folder" if stat.S_ISDIR(status.st_mode) else "file",
        size=status.st_size,
        modified=status.st_mtime,
        link=is_link,
    )


def _other(name: bytes, why: str, *, is_link: bool) -> Entry:
    return Entry(name=name, text=visible(name), kind="other", link=is_link, why=why)
