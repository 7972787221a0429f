"""What a shell completes besides commands, options and their choices.

Called while somebody waits for a key: nothing here imports more than it needs.
"""

from pathlib import Path
from typing import Protocol


class Word(Protocol):
    """What is needed of cyclopts' CompletionContext, whose module loads slowly."""

    @property
    def incomplete(self) -> str:
        """The word before the cursor."""


def local_files(context: Word) -> list[str]:
    """Return files and folders here that begin like the word; folders end with /."""
    folder, _, start = context.incomplete.rpartition("/")
    before = f"{folder}/" if "/" in context.incomplete else ""
    try:
        found = sorted(Path(before or ".").expanduser().iterdir())
    except OSError:
        return []
    return [
        f"{before}{one.name}{'/' if one.is_dir() else ''}"
        for one in found
        if one.name.startswith(start) and (start or not one.name.startswith("."))
    ]


def scenario_names(context: Word) -> list[tuple[str, str]]:
    """Return the shipped scenarios."""
    from tftptui.demo.scenario.files import shipped_scenarios  # noqa: PLC0415

    del context
    return [(name, "scenario") for name in sorted(shipped_scenarios())]
