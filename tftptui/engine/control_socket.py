"""Paths of the control sockets of this host's servers, and whether one is alive.

``tftptui attach`` uses them, and so does a server that finds its port taken by another
of ours.
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
"""Users to drop privileges to; Debian's tftpd-hpa and others create the first."""

SERVICE_FOLDER = Path("/run/tftptui")
"""Socket directory of the systemd unit; only root can have created it."""


def runtime_folder() -> Path:
    """Return the user's directory for sockets, by the environment."""
    if named := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(named) / "tftptui"
    with warnings.catch_warnings():  # without XDG_RUNTIME_DIR it warns
        warnings.simplefilter("ignore")
        return user_runtime_path("tftptui", appauthor=False)


def usual_folder() -> Path:
    """Return the directory for the sockets of this user's servers.

    The environment may name another user's directory, as after su or when root has
    dropped privileges; then it is our own directory below the temporary one.
    """
    folder = runtime_folder()
    return folder if _is_ours(folder) else private_folder(os.geteuid())


def folders() -> list[Path]:
    """Return the directories to search; root's server may run as another user now."""
    found = [usual_folder()]
    if os.geteuid() == 0:
        found.append(SERVICE_FOLDER)
        for name in SYSTEM_USERS:
            with contextlib.suppress(KeyError):
                user = pwd.getpwnam(name).pw_uid
                shared = Path(tempfile.gettempdir()) / f"runtime-{user}" / "tftptui"
                # Anything put there by others is not a server of that user.
                places = (shared, private_folder(user))
                found += [place for place in places if owner_of(place) == user]
    return found


def private_folder(user: int) -> Path:
    """Return a user's directory below the temporary one."""
    return Path(tempfile.gettempdir()) / f"tftptui-{user}"


def owner_of(folder: Path) -> int | None:
    """Return the owner of a directory; None if there is no such directory."""
    try:
        found = folder.lstat()
    except OSError:
        return None
    return found.st_uid if stat.S_ISDIR(found.st_mode) else None


def _is_ours(folder: Path) -> bool:
    """Return whether we may write to a directory, or to its first existing parent."""
    try:
        place = next(one for one in (folder, *folder.parents) if one.exists())
        is_shared = place != folder and bool(place.stat().st_mode & stat.S_IWOTH)
        return is_shared or (
            place.stat().st_uid == os.geteuid() and os.access(place, os.W_OK)
        )
    except OSError:  # a parent directory is not accessible
        return False


def usual_place(port: int) -> Path:
    """Return the socket path of a server that listens on PORT."""
    return usual_folder() / f"{port}{SUFFIX}"


def is_alive(path: Path) -> bool:
    """Return whether a server listens on a socket.

    Raises:
        OSError: it is not a socket, or permission is denied.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
    return True


def find_socket(wanted: Path | None) -> Path:
    """Return the socket to attach to: WANTED, or the only one alive.

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
                f"none of your servers is running (no socket in {looked[0]}); start "
                "one with tftptui serve ROOT, or name its socket"
            )
        case found:
            names = "\n  ".join(
                f"tftptui attach {path}   (takes requests on port {path.stem})"
                for path in found
            )
            raise EngineError(f"several servers are running; choose one:\n  {names}")


def may_attach(port: int) -> bool:
    """Return whether a server of ours that listens on PORT can be watched."""
    return _is_alive(usual_place(port))


def _instead(port: int | None) -> str:
    """Return advice if PORT belongs to another server of ours, else ""."""
    if not may_attach(TFTP_PORT if port is None else port):
        return ""
    return "; or attach to that server: tftptui attach"


def _is_alive(path: Path) -> bool:
    try:
        return is_alive(path)
    except OSError:
        return False


def require_port(settings: Settings, held: Sequence[socket.socket]) -> None:
    """Check that the listeners can be bound, without keeping them.

    Raises:
        EngineError: they can't. With HELD sockets they always can.
    """
    if held:
        return
    try:
        for listener in bind_listeners(settings)[0]:
            listener.close()
    except BindError as error:
        raise port_taken(error, settings) from error


def port_taken(error: BindError, settings: Settings) -> EngineError:
    """Return the error for a listener that can't be bound, with advice."""
    return EngineError(f"{error}{_instead(settings.port)}")
