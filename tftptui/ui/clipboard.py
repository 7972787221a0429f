"""Where copied text goes: into the buffer of tmux or screen, else to the terminal.

Only a multiplexer reports whether it took the text. A terminal gets OSC 52 and never
replies, and many ignore it, so the text is also written to a file
(``Memory.keep_copy``).
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_PATIENCE = 2.0
"""Timeout in seconds for tmux or screen."""


async def into_multiplexer(
    text: str, file: Path | None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """Put text into the paste buffer of the multiplexer that this runs in.

    Args:
        text: the text.
        file: a file with the same text; screen reads its buffer only from a file.
        environment: TMUX and STY show which multiplexer it is.

    Returns:
        "tmux" or "screen" if its command succeeded; None if none did.
    """
    if environment.get("TMUX"):
        # -w also sets the clipboard of the outer terminal; it requires tmux 3.2.
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


def copied_message(
    what: str, multiplexer: str | None, kept: "Path | OSError | None"
) -> str:
    """Return where a copy is, for the bottom line: only what is certain.

    Args:
        what: what was copied, such as "the rules".
        multiplexer: whose buffer has it; None if the terminal was sent OSC 52.
        kept: the file with it, or why there is none; None if no file is written.
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
    """Return a path with ``~`` for the home folder, as a shell accepts it."""
    with suppress(RuntimeError, ValueError):
        return f"~/{path.relative_to(Path.home())}"
    return str(path)
