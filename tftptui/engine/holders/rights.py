"""Drop root privileges: once the sockets are open, a server only needs low ports.

Linux only, through the C library: Python has no API for capabilities.
"""

import ctypes
import os
import pwd
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tftptui.engine.client import EngineError
from tftptui.engine.control_socket import SYSTEM_USERS
from tftptui.settings import Settings

if TYPE_CHECKING:  # the screen drops privileges, too, and does not import the engine
    from tftptui.engine.engine import Engine
    from tftptui.server.root.root import Root

_PR_SET_KEEPCAPS, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 8, 24, 38
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CAP_DAC_OVERRIDE, _CAP_SETUID = 1, 7
_CAP_NET_BIND_SERVICE, _CAP_NET_ADMIN = 10, 12
_MOST_CAPABILITIES, _INHERITABLE = 64, 8  # byte offset in the capability sets

_CAPABILITY_VERSION_3 = 0x2008_0522


def invoking_user(environment: Mapping[str, str]) -> str | None:
    """Return the user who ran sudo, doas or pkexec, or None."""
    for name in ("SUDO_UID", "PKEXEC_UID"):
        text = environment.get(name, "")
        if text.isdecimal() and int(text) > 0:
            try:
                return pwd.getpwuid(int(text)).pw_name
            except KeyError:
                return None
    user = environment.get("DOAS_USER", "")
    return user if user not in {"", "root"} else None


def drop_rights(
    user: str | None, served: Sequence[Path] = (), *, writes: bool = False
) -> str | None:
    """Become an ordinary user for good; keep CAP_NET_BIND_SERVICE.

    Child processes keep it, too, so that a crashed server can be restarted. If the
    process was root, no child can become root again (``PR_SET_NO_NEW_PRIVS``, an empty
    bounding set; capabilities(7)).

    Args:
        user: a user name; None for the user who ran sudo, doas or pkexec, else a system
            user or the owner of the root, if they have access.
        served: the files and directories served.
        writes: whether uploads are on, so that directories must be writable.

    Returns:
        The user we are now, "root" if nobody else has access; None if we were not root.

    Raises:
        EngineError: there is no such user, or the system forbids it.
    """
    if os.geteuid() != 0:
        _require_self(user)
        return None
    if user in (None, "root") and not _may_become_others():
        return "root"  # already done, as when the screen restarts its engine
    name = user or invoking_user(os.environ) or _fitting(served, writes=writes)
    entry = _entry(name)
    try:
        _become(entry)
    except OSError as error:
        raise EngineError(f"cannot become {name}: {error.strerror}") from error
    return name


def drop_rights_of(engine: "Engine") -> None:
    """Drop the privileges of a started engine, with a notice.

    Raises:
        EngineError: like drop_rights().
    """
    settings, service = engine.settings, engine.service
    served = served_by(settings)
    name = drop_rights(settings.user, served, writes=settings.write != "off")
    if name is None:
        return
    if name != "root":
        service.warn(f"running as {name}, no longer as root")
        for text in _unreadable(service.root, name):
            service.warn(text)
    elif settings.user == "root":
        service.warn("running as root (--user root) with reduced capabilities")
    else:
        use = "write to" if settings.write != "off" else "read"
        service.warn(
            f"running as root: no other user can {use} {served[0]} and run tftptui; "
            "set --user NAME"
        )


def served_by(settings: Settings) -> list[Path]:
    """Return the files and directories served."""
    return [one.path for one in settings.named] or [settings.root]


def _may_become_others() -> bool:
    """Return whether this thread may change its user.

    Trying it is no option: if older threads still may, the C library would abort the
    process, since all threads must have the same user.
    """
    if sys.platform != "linux":
        return True
    libc, header = ctypes.CDLL(None), struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    sets = bytearray(24)
    libc.capget(header, (ctypes.c_char * len(sets)).from_buffer(sets))
    return bool(struct.unpack_from("I", sets)[0] >> _CAP_SETUID & 1)


def _fitting(served: Sequence[Path], *, writes: bool) -> str:
    """Return the first user with access to what is served, else "root"."""
    candidates = list(SYSTEM_USERS)
    with suppress(OSError, KeyError):
        candidates += [path.owner() for path in served[:1]]
    for name in candidates:
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0 and _can_use(entry, served, writes=writes):
                return name
    return "root"


def _can_use(entry: pwd.struct_passwd, served: Sequence[Path], *, writes: bool) -> bool:
    """Return whether a user can read, or write, what is served.

    The kernel checks that as that user: mode bits ignore ACLs and NFS. The user also
    needs access to our own program: parts of it are loaded later, and it may be
    restarted. We are root again at the end.
    """
    program = map(Path, (sys.executable, os.__file__, __file__))
    folder = os.R_OK | os.X_OK | (os.W_OK if writes else 0)
    groups, group = os.getgroups(), os.getegid()
    try:
        os.initgroups(entry.pw_name, entry.pw_gid)
        os.setegid(entry.pw_gid)
        os.seteuid(entry.pw_uid)
        wishes = dict.fromkeys(program, os.R_OK)
        wishes |= {path: folder if path.is_dir() else os.R_OK for path in served}
        return all(
            os.access(path, wish, effective_ids=True) for path, wish in wishes.items()
        )
    except OSError:  # parent not accessible, or no other users
        return False
    finally:
        os.seteuid(0)
        with suppress(OSError):  # a container may forbid both
            os.setegid(group)
            os.setgroups(groups)


def _unreadable(root: "Root", name: str) -> Iterator[str]:
    """Yield a warning for each served path that NAME, our user now, can't read."""
    for path in [one.given.path for one in root.places] or [root.path]:
        try:
            wish = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
        except PermissionError:
            yield (
                f"{name} has no access to the folders above {path}: it is served while "
                f"it stays open, but replacements go unseen; give {name} access"
            )
            continue
        if not os.access(path, wish, effective_ids=True):
            yield (
                f"{name} cannot read {path}: no file can be served. Give {name} read "
                "permission, or choose another user with --user"
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
    is_root = entry.pw_uid == 0
    bits = 1 << _CAP_NET_BIND_SERVICE | (1 << _CAP_DAC_OVERRIDE if is_root else 0)
    if libc is not None:
        _forbid_more(libc, bits)
        _call(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0))
    if not is_root:
        os.initgroups(entry.pw_name, entry.pw_gid)
        os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
        os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)
    if libc is not None:
        _keep_only(libc, bits)


def keep_only_files() -> None:
    """Keep only root's file access; for a process that opens no ports.

    Raises:
        OSError: the system forbids it.
    """
    if sys.platform == "linux" and os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        _forbid_more(libc, 1 << _CAP_DAC_OVERRIDE)
        _keep_only(libc, 1 << _CAP_DAC_OVERRIDE)


def keep_only_network() -> None:
    """Keep only CAP_NET_ADMIN of root's capabilities.

    Raises:
        OSError: the system forbids it.
    """
    if sys.platform == "linux" and os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        _forbid_more(libc, 1 << _CAP_NET_ADMIN)
        _keep_only(libc, 1 << _CAP_NET_ADMIN)


def _forbid_more(libc: ctypes.CDLL, bits: int) -> None:
    """Limit child processes to the capabilities BITS; see capabilities(7).

    Without CAP_SETPCAP, as in some containers, the bounding set stays; then
    no_new_privs alone keeps children from getting more.
    """
    _call(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    # First the inheritable set: it can't grow once the bounding set is empty.
    header, sets = struct.pack("Ii", _CAPABILITY_VERSION_3, 0), bytearray(24)
    if libc.capget(header, (ctypes.c_char * len(sets)).from_buffer(sets)) == 0:
        struct.pack_into("I", sets, _INHERITABLE, bits)
        libc.capset(header, bytes(sets))
    for number in range(_MOST_CAPABILITIES):
        if libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            return


def _keep_only(libc: ctypes.CDLL, bits: int) -> None:
    """Keep the capabilities BITS for us and our children."""
    if not _set_capabilities(libc, bits):
        # We do not have them (a container took them); drop all others anyway.
        _call(0 if _set_capabilities(libc, 0) else -1)
    elif os.geteuid() != 0:  # root's children get the inheritable set anyway
        raised = _PR_CAP_AMBIENT_RAISE, _CAP_NET_BIND_SERVICE
        _call(libc.prctl(_PR_CAP_AMBIENT, *raised, 0, 0))


def _set_capabilities(libc: ctypes.CDLL, bits: int) -> bool:
    """Set effective, permitted and inheritable sets to BITS, of the first 32."""
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    return bool(libc.capset(header, struct.pack("6I", bits, bits, bits, 0, 0, 0)) == 0)


def _call(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
