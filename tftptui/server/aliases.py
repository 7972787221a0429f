"""Another name for a file: a link on the disk."""

import os
import posixpath
import stat

from tftptui.protocol.errors import ErrorCode
from tftptui.server.names import components
from tftptui.server.root import NewPlace, Root
from tftptui.server.walk import RootError


def link(root: Root, asked: bytes, name: bytes) -> bytes:
    """Make a symbolic link so that ASKED means the file NAME; return its own name.

    Raises:
        RootError: there is something already, or no folder for it, or the file
            could not be reached by it.
        OSError: the folder may not be written.
    """
    if not stat.S_ISREG(root.look(name)[0].st_mode):
        raise _refused("that is no file")
    place = root.reach_new(asked)
    try:
        if place.is_there:
            raise _refused("there is a file of that name already")
        folder = place.name.rpartition(b"/")[0]
        target = posixpath.relpath(b"/" + b"/".join(components(name)), b"/" + folder)
        os.symlink(target, place.part, dir_fd=place.folder)
        _keep_if_it_leads(root, place, name)
    finally:
        os.close(place.folder)
    return place.name


def _keep_if_it_leads(root: Root, place: NewPlace, name: bytes) -> None:
    """Take the link away again if its folder is reached by another link."""
    try:
        leads = os.path.samestat(root.look(place.name)[0], root.look(name)[0])
    except RootError:
        leads = False
    if not leads:
        os.unlink(place.part, dir_fd=place.folder)
        raise _refused("a link there would not lead to the file")


def _refused(text: str) -> RootError:
    return RootError("exists", ErrorCode.FILE_EXISTS, text)
