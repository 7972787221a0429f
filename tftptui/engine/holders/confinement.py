"""``serve --landlock``: limits which files the server can open.

It may read the root, the system directories and its own modules, and write uploads, the
journal and the capture. Rules are bound to the directories that exist now: one that
replaces the root later, or another root, can't be opened.
"""

import sys
import tempfile
from pathlib import Path

import tftptui
from tftptui.engine.client import EngineError
from tftptui.engine.control_socket import runtime_folder
from tftptui.files.landlock import Access, restrict_files
from tftptui.settings import NO_CONTROL, Settings
from tftptui.settings.served import words_of

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/proc", "/sys")


def confine(settings: Settings) -> str:
    """Confine this process and its children for good; return a sentence about it.

    Call it before the first thread starts.

    Raises:
        EngineError: combined with ``--cable`` or ``--dnsmasq``, which need other files.
    """
    for name in ("cable", "dnsmasq"):
        if getattr(settings, name) is not None:
            raise EngineError(f"--landlock and --{name} cannot be used together")
    written = sorted(map(str, _written(settings)))
    try:
        restrict_files(_allowed(settings))
    except OSError as error:
        return f"Landlock is off: {error.strerror}"
    writes = f"writes only to {words_of(written)}" if written else "writes no file"
    return f"Landlock is on: reads the root and system folders, {writes}"


def _allowed(settings: Settings) -> dict[Path, Access]:
    here = Path.cwd()
    modules = {Path(path) for path in sys.path if path} - {here}
    modules |= {Path(sys.prefix), Path(sys.base_prefix), Path(tftptui.__file__).parent}
    allowed = dict.fromkeys([*map(Path, _SYSTEM), *modules], Access.RUN)
    allowed[Path("/dev")] = Access.DEVICES
    # A file may be replaced, so its directory must be readable.
    served = [
        one.path if one.path.is_dir() else one.path.parent for one in settings.named
    ]
    for path in served or [settings.root]:
        allowed[path] = Access.READ
    for path in _written(settings):
        allowed[path] = Access.WRITE
    for path in _sockets(settings.control):
        allowed[path] = allowed.get(path, Access.SOCKETS) | Access.SOCKETS
    return allowed


def _written(settings: Settings) -> set[Path]:
    """Return the directories to which files are written."""
    folders = {settings.root} if settings.write != "off" else set()
    for file in (settings.journal, settings.capture):
        if file not in {None, "-"}:
            folders.add(Path(str(file)).absolute().parent)
    return folders


def _sockets(control: str | None) -> list[Path]:
    """Return the directories of the control socket, which depends on user and port."""
    if control == NO_CONTROL:
        return []
    if control is not None:
        return [_existing(Path(control).absolute().parent)]
    return [_existing(runtime_folder()), Path(tempfile.gettempdir())]


def _existing(folder: Path) -> Path:
    return next(one for one in (folder, *folder.parents) if one.is_dir())
