"""Where copied text goes: into tmux's or screen's buffer, else to the terminal.

Only a multiplexer says whether it took the text. A terminal gets OSC 52 and never
replies, and many ignore it, so the text is in a file as well (``Memory.keep_copy``).
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PATIENCE = 2.0
"""Seconds that tmux or screen may take."""


async def into_multiplexer(
    text: str, file: Path | None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """Put text into the paste buffer of the multiplexer that this runs in.

    Args:
        text: what is copied.
        file: where the same text is; screen reads its buffer from a file only.
        environment: TMUX and STY say who runs us.

    Returns:
        "tmux" or "screen" if its command succeeded; None if nothing did.
    """
    if environment.get("TMUX"):
        # -w, which also sets the clipboard of the terminal around it, is of tmux 3.2.
        for options in (("-w",), ()):
            if await _succeeds(["tmux", "load-buffer", *options, "-"], text.encode()):
                return "tmux"
    if (session := environment.get("STY")) and file is not None:
        command = ["screen", "-S", session, "-X", "readbuf", str(file)]
        if await _succeeds(command, b""):
            return "screen"
    return None


async def _succeeds(command: Sequence[str], given: bytes) -> bool:
    nowhere = asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=nowhere, stderr=nowhere
        )
    except OSError:  # not installed
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            await process.communicate(given)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    return process.returncode == 0


def told(what: str, multiplexer: str | None, kept: "Path | OSError | None") -> str:
    """Return where a copy is, for the bottom line: what is certain, not what is hoped.

    Args:
        what: what was copied, as "the rules".
        multiplexer: whose buffer has it; None if the terminal was sent OSC 52.
        kept: the file with it, or why there is none; None where nothing is kept.
    """
    place = f"in {multiplexer}'s buffer" if multiplexer else "sent to the terminal"
    match kept:
        case None:
            return f"{what}: {place}"
        case OSError():
            return f"{what}: {place}; not in a file: {kept.strerror}"
        case _:
            return f"{what}: {place}, and in {short(kept)}"


def short(path: Path) -> str:
    """Return a path with ``~`` for the home folder, as a shell takes it."""
    with suppress(RuntimeError, ValueError):
        return f"~/{path.relative_to(Path.home())}"
    return str(path)
