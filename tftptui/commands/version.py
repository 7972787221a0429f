"""``tftptui --version --verbose``: what a bug report needs to say of this host."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tftptui import __version__
from tftptui.doctor.facts import Screen
from tftptui.doctor.reading.host import read_screen
from tftptui.server.fastpath.gso import has_gso

LIBRARIES = ("textual", "rich", "cyclopts", "msgspec", "psutil")
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")


def verbose_version() -> str:
    """Return one line a subject: version, Python, libraries, kernel, terminal.

    Names no host, no user and no address, so it can be pasted anywhere.
    """
    lines = {
        "tftptui": f"{__version__}, {_way_of_installing()}",
        "Python": f"{platform.python_version()} {platform.python_implementation()}",
        "libraries": ", ".join(f"{name} {_version(name)}" for name in LIBRARIES),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "GSO": "yes (UDP_SEGMENT)" if has_gso() else "no: one system call per packet",
        "watcher": f"watchfiles {_version('watchfiles')}, {_watches()}",
        "terminal": _terminal(read_screen()),
    }
    width = max(map(len, lines)) + 2
    return "\n".join(f"{name:<{width}}{text}" for name, text in lines.items())


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "missing"


def _way_of_installing() -> str:
    """Return how this program got here, as far as its place shows."""
    place = Path(__file__).parents[2]
    if (place / "pyproject.toml").exists():
        return "checkout"
    if Path(sys.argv[0]).suffix == ".pyz":
        return "single file"
    return "Debian package" if place.is_relative_to("/usr/lib/tftptui") else "wheel"


def _watches() -> str:
    try:
        return f"{int(_WATCHES.read_text('ascii')):,} inotify watches"
    except (OSError, ValueError):
        return "inotify limits unknown"


def _terminal(screen: Screen) -> str:
    """Return the terminal, and the multiplexer it may be inside."""
    known = (os.environ.get("TERM_PROGRAM"), screen.name, screen.colours)
    parts = [one for one in known if one]
    parts += ["in tmux"] if os.environ.get("TMUX") else []
    parts += ["over ssh"] if os.environ.get("SSH_CONNECTION") else []
    size = f"{screen.columns}×{screen.lines}"
    parts.append(size if screen.is_terminal else "not a terminal")
    return ", ".join([*parts, screen.encoding])
