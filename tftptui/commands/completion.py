"""``tftptui completion``: scripts that cyclopts makes of the table of commands."""

import sys
from typing import Literal

from cyclopts import App
from cyclopts.completion.detect import ShellDetectionError, detect_shell

from tftptui.commands.usage_error import EXIT_FAILED, EXIT_USAGE

Shell = Literal["bash", "zsh", "fish"]

_LOADED_BY = {"bash": "~/.bashrc", "zsh": "~/.zshrc"}
"""Files that get a line; fish finds its own."""


def print_script(app: App, shell: Shell) -> int:
    """Print the script for a shell; return the exit status."""
    print(app.generate_completion(shell=shell), end="")
    return 0


def install(app: App, shell: Shell | None) -> int:
    """Write the script where a shell finds it; say where; return the exit status."""
    try:
        found = shell or detect_shell()
    except ShellDetectionError:
        found = "powershell"
    if found == "powershell":
        say = "unknown shell; name it: tftptui completion install bash"
        print(f"tftptui: {say} (or zsh, fish)", file=sys.stderr)
        return EXIT_USAGE
    try:
        place = app.install_completion(shell=found)
    except OSError as error:
        print(f"tftptui: {error.filename}: {error.strerror}", file=sys.stderr)
        return EXIT_FAILED
    loaded = f", loaded by {_LOADED_BY[found]}" if found in _LOADED_BY else ""
    print(f"wrote {place}{loaded}; takes effect in a new {found}")
    return 0
