"""Create and remove symbolic links that give a file another name."""

import os
import posixpath
import stat

from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.names import components
from tftptui.server.root.path_resolution import RootError, Walk
from tftptui.server.root.root import NewPlace, Root
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason


def link(root: Root, requested: bytes, name: bytes) -> bytes:
    """Create a symbolic link from REQUESTED to the file NAME; return the link's name.

    Raises:
        RootError: REQUESTED exists, its directory does not, or the link would not lead
            to the file.
        OSError: the directory is not writable.
    """
    if not stat.S_ISREG(root.look(name)[0].st_mode):
        raise _refused("not a file")
    place = _place(root, requested)
    try:
        if place.is_there:
            raise _refused("file already exists")
        target = _target(name, place.name.rpartition(b"/")[0])
        os.symlink(target, place.part, dir_fd=place.folder)
        _keep_if_it_leads(root, place, name)
    finally:
        os.close(place.folder)
    return place.name


def _place(root: Root, requested: bytes) -> NewPlace:
    try:
        return root.reach_new(requested)
    except RootError as error:
        targets = [one.name for one in root.names.targets(requested, "")]
        if error.reason != Reason.NOT_FOUND or not targets:
            raise
        folder = visible(targets[0].rpartition(b"/")[0])
        text = (
            f"there is no folder {folder} for a link: create it, "
            "or press a for a rewrite rule"
        )
        raise RootError(error.reason, error.code, text) from error


def unlink(root: Root, requested: bytes, name: bytes) -> None:
    """Remove the link that link() created for the same names; never a file.

    Raises:
        RootError: there is no such link.
        OSError: the directory is not writable.
    """
    for candidate in root.names.targets(requested, ""):
        above, _, part = candidate.name.rstrip(b"/").rpartition(b"/")
        with root.walk(ignore_case=candidate.ignore_case) as walk:
            is_folder = walk.reach(above) is None
            if is_folder and _is_link(walk, part, name):
                os.unlink(part, dir_fd=walk.top)
                return
    raise _refused("the link no longer exists")


def _is_link(walk: Walk, part: bytes, name: bytes) -> bool:
    try:
        target = os.readlink(part, dir_fd=walk.top)
    except OSError:  # nothing there, or not a link
        return False
    return target == _target(name, b"/".join(walk.steps))


def _target(name: bytes, folder: bytes) -> bytes:
    """Return the relative path from FOLDER to the file NAME."""
    return posixpath.relpath(b"/" + b"/".join(components(name)), b"/" + folder)


def _keep_if_it_leads(root: Root, place: NewPlace, name: bytes) -> None:
    """Remove the link if it does not lead to NAME: its directory is itself a link."""
    try:
        leads = os.path.samestat(root.look(place.name)[0], root.look(name)[0])
    except RootError:
        leads = False
    if not leads:
        os.unlink(place.part, dir_fd=place.folder)
        raise _refused("a link there would not lead to the file")


def _refused(text: str) -> RootError:
    return RootError(Reason.EXISTS, ErrorCode.FILE_EXISTS, text)
