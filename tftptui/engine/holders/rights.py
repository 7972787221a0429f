"""Giving up root: once the sockets are open, a server needs no more than port 69.

Linux only, through the C library: Python knows no capabilities.
"""

import ctypes
import os
import pwd
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from tftptui.engine.client import EngineError
from tftptui.telemetry.events import Warned

if TYPE_CHECKING:  # the screen gives up rights too, and does without the engine
    from tftptui.engine.engine import Engine
    from tftptui.server.root.root import Root

_PR_SET_KEEPCAPS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 8, 47, 2
_CAP_NET_BIND_SERVICE = 10
_CAPABILITY_VERSION_3 = 0x2008_0522


def invoking_user(environment: Mapping[str, str]) -> str | None:
    """Return who became root to start this, as sudo, doas and pkexec tell; or None."""
    for name in ("SUDO_UID", "PKEXEC_UID"):
        text = environment.get(name, "")
        if text.isdecimal() and int(text) > 0:
            try:
                return pwd.getpwuid(int(text)).pw_name
            except KeyError:
                return None
    user = environment.get("DOAS_USER", "")
    return user if user not in {"", "root"} else None


def drop_rights(user: str | None) -> str | None:
    """Become USER for good, or who became root; keep the right to bind low ports.

    Programs started later keep it too, so a server that ended can be begun anew.

    Args:
        user: a name; None for whoever became root through sudo, doas or pkexec.

    Returns:
        Who we are now; None when we were not root, or nobody is known to become.

    Raises:
        EngineError: there is no such user, or the system forbids it.
    """
    if os.geteuid() != 0:
        _require_self(user)
        return None
    name = user or invoking_user(os.environ)
    if name is None or name == "root":
        return None
    entry = _entry(name)
    try:
        _become(entry)
    except OSError as error:
        raise EngineError(f"can't become {name}: {error.strerror}") from error
    return name


def drop_rights_of(engine: "Engine") -> None:
    """Do it for an engine that has started, and tell how that went.

    Raises:
        EngineError: as drop_rights() does.
    """
    name = drop_rights(engine.settings.user)
    if name is None and os.geteuid() != 0:
        return
    recorder = engine.recorder
    text = (
        f"not root any more: files are read and written as {name}"
        if name
        else "files are read and written as root; --user NAME makes it somebody else"
    )
    recorder.emit(Warned(time=recorder.clock.wall(), message=text))
    for text in _unreadable(engine.service.root, name) if name is not None else ():
        engine.service.warn(text)


def _unreadable(root: "Root", name: str) -> Iterator[str]:
    """Yield what NAME, whom we are now, may not read of what is served."""
    for path in [one.given.path for one in root.places] or [root.path]:
        try:
            wish = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
        except PermissionError:
            yield (
                f"{name} may not enter the folders above {path}: it is served as it "
                f"is open already, but not seen to be replaced; let {name} enter them"
            )
            continue
        if not os.access(path, wish, effective_ids=True):
            yield (
                f"{name} can't read {path}, so nobody gets a file: let {name} read it, "
                "or name somebody who can with --user"
            )


def _require_self(user: str | None) -> None:
    if user is not None and _entry(user).pw_uid != os.geteuid():
        raise EngineError(f"only root can become {user}; start it with sudo")


def _entry(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise EngineError(
            f"there is no user {user!r} to serve as; see getent passwd"
        ) from None


def _become(entry: pwd.struct_passwd) -> None:
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc is not None:
        _call(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    if libc is not None:
        _keep_only_binding(libc)


def _keep_only_binding(libc: ctypes.CDLL) -> None:
    """Keep CAP_NET_BIND_SERVICE for us and what we start, capabilities(7)."""
    if not _set_capabilities(libc, 1 << _CAP_NET_BIND_SERVICE):
        # Not ours to keep (a container took it); root's others go all the same.
        _call(0 if _set_capabilities(libc, 0) else -1)
        return
    raised = _PR_CAP_AMBIENT_RAISE, _CAP_NET_BIND_SERVICE
    _call(libc.prctl(_PR_CAP_AMBIENT, *raised, 0, 0))


def _set_capabilities(libc: ctypes.CDLL, bits: int) -> bool:
    """Have BITS of the first 32 capabilities and no others, to use and pass on."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    return bool(libc.capset(header, struct.pack("6I", bits, bits, bits, 0, 0, 0)) == 0)


def _call(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
