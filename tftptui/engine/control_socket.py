"""The control sockets of this host's servers: where they are, and whether one is alive.

A server has one for those who attach; who wants to attach finds it here, and so does a
server whose port is taken by another of ours.
"""

import contextlib
import os
import pwd
import socket
import stat
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_runtime_path

from tftptui.engine.client import EngineError
from tftptui.server.binding import BindError, bind_listeners
from tftptui.settings import TFTP_PORT, Settings

SUFFIX = ".sock"

SYSTEM_USERS = ("tftp", "nobody")
"""Who may serve in root's place; Debian's tftpd-hpa and others create the first."""

SERVICE_FOLDER = Path("/run/tftptui")
"""Where the systemd unit has its socket; only root can have made this folder."""


def runtime_folder() -> Path:
    """Return where a user's sockets belong, as the environment says."""
    if named := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(named) / "tftptui"
    with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it takes another, aloud
        warnings.simplefilter("ignore")
        return user_runtime_path("tftptui", appauthor=False)


def usual_folder() -> Path:
    """Return where a user's servers have their sockets.

    The environment may name another user's folder, as after su, or when root has
    become somebody else: it is a folder of our own in the temporary one then.
    """
    folder = runtime_folder()
    return folder if _is_ours(folder) else private_folder(os.geteuid())


def folders() -> list[Path]:
    """Return where to look for servers: root's own may have become another user."""
    found = [usual_folder()]
    if os.geteuid() == 0:
        found.append(SERVICE_FOLDER)
        for name in SYSTEM_USERS:
            with contextlib.suppress(KeyError):
                user = pwd.getpwnam(name).pw_uid
                shared = Path(tempfile.gettempdir()) / f"runtime-{user}" / "tftptui"
                # What somebody else has put there is no server of that user's.
                places = (shared, private_folder(user))
                found += [place for place in places if owner_of(place) == user]
    return found


def private_folder(user: int) -> Path:
    """Return the folder of a user's servers below the temporary one."""
    return Path(tempfile.gettempdir()) / f"tftptui-{user}"


def owner_of(folder: Path) -> int | None:
    """Return who owns a folder; None if it isn't there or is no folder."""
    try:
        found = folder.lstat()
    except OSError:
        return None
    return found.st_uid if stat.S_ISDIR(found.st_mode) else None


def _is_ours(folder: Path) -> bool:
    """Whether a folder, or the first above it that exists, is ours to write to."""
    try:
        place = next(one for one in (folder, *folder.parents) if one.exists())
        is_shared = place != folder and bool(place.stat().st_mode & stat.S_IWOTH)
        return is_shared or (
            place.stat().st_uid == os.geteuid() and os.access(place, os.W_OK)
        )
    except OSError:  # a folder above it may not be entered
        return False


def usual_place(port: int) -> Path:
    """Return the socket of a server that takes requests on PORT."""
    return usual_folder() / f"{port}{SUFFIX}"


def is_alive(path: Path) -> bool:
    """Whether somebody listens on a socket.

    Raises:
        OSError: it is no socket, or not ours to open.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def find_socket(wanted: Path | None) -> Path:
    """Return the socket to attach to: the one named, or the only one there is.

    Raises:
        EngineError: there is none, or several; the text says what to type.
    """
    if wanted is not None:
        return wanted
    looked = folders()
    named = [path for one in looked for path in sorted(one.glob(f"*{SUFFIX}"))]
    match [path for path in named if _is_alive(path)]:
        case [one]:
            return one
        case []:
            raise EngineError(
                f"no server of yours runs (nothing in {looked[0]}); start one with "
                "tftptui serve ROOT, or name its socket"
            )
        case found:
            names = "\n  ".join(
                f"tftptui attach {path}   (takes requests on port {path.stem})"
                for path in found
            )
            raise EngineError(f"several servers run; choose:\n  {names}")


def may_attach(port: int) -> bool:
    """Whether a server of ours that takes requests on PORT may be watched."""
    return _is_alive(usual_place(port))


def _instead(port: int | None) -> str:
    """Return what to do where PORT is another server's of ours; "" if it is not."""
    if not may_attach(TFTP_PORT if port is None else port):
        return ""
    return "; or attach to that server: tftptui attach"


def _is_alive(path: Path) -> bool:
    try:
        return is_alive(path)
    except OSError:
        return False


def require_port(settings: Settings, held: Sequence[socket.socket]) -> None:
    """Look whether requests could be taken, and take none.

    Raises:
        EngineError: they could not. With HELD sockets they can in any case.
    """
    if held:
        return
    try:
        for listener in bind_listeners(settings)[0]:
            listener.close()
    except BindError as error:
        raise port_taken(error, settings) from error


def port_taken(error: BindError, settings: Settings) -> EngineError:
    """Return the error for a listener that could not be opened, and what to do."""
    return EngineError(f"{error}{_instead(settings.port)}")
