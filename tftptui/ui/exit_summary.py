"""The question before quitting, and the summary on the terminal after it."""

import errno
import os
import sys
from collections.abc import Sequence

from tftptui.engine.messages import TransferView
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.words import counted
from tftptui.ui.formats import byte_size
from tftptui.ui.store import Store

NAMED = 3
"""Limit of running transfers that are named, before and after."""


def running_forms(running: Sequence[TransferView]) -> list[str]:
    """Return which transfers run: some by name, then shorter forms."""
    names = [whose(view) for view in running]
    forms = [", ".join(names)] if len(names) <= NAMED else []
    most = min(NAMED, len(names) - 1)
    forms += [
        f"{', '.join(names[:named])} and {len(names) - named} more"
        for named in range(most, 0, -1)
    ]
    return forms


def whose(view: TransferView) -> str:
    """Return which file is sent to which client, or received from it."""
    way = "to" if view.direction == "read" else "from"
    return f"{view.file} {way} {view.client}"


def farewell(store: Store, *, goes_on: bool = False) -> list[str]:
    """Return what was served, what failed, and what was still running.

    GOES_ON: the server keeps running, so nothing is stopped.
    """
    counters = store.of_clients
    lines = [f"✗ {store.engine_error}"] if store.engine_error else []
    if counters.started or counters.refused:
        lines.append(
            f"served {counters.completed:,} of "
            f"{counted(counters.started, 'transfer')}, "
            + " and ".join(_amounts(counters))
        )
    trouble = [
        f"{count:,} {word}"
        for count, word in (
            (counters.failed, "failed"),
            (counters.abandoned, "gave up"),
            (counters.aborted, "aborted"),
            (counters.unconfirmed, "unconfirmed"),
        )
        if count
    ]
    if counters.refused:
        trouble.append(f"{counted(counters.refused, 'request')} refused")
    if trouble:
        lines.append(", ".join(trouble))
    running = [view for view in store.transfers.values() if view.running]
    if goes_on and not store.engine_error:
        active = counted(len(running), "active transfer")
        return [*lines, f"the server keeps running, {active}"]
    lines.extend(f"stopped while running: {_name(view)}" for view in running[:NAMED])
    if len(running) > NAMED:
        lines.append(f"… and {len(running) - NAMED} more")
    return lines


def bid_farewell(lines: Sequence[str]) -> None:
    """Print lines in place of the screen, if the terminal still exists.

    Raises:
        OSError: standard output can't be written for another reason.
    """
    try:
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        # Otherwise Python would try to write the rest of the buffer at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _amounts(counters: Counters) -> list[str]:
    """Return how much was sent, and how much was received in uploads."""
    both = (counters.bytes_sent, "sent"), (counters.bytes_received, "received")
    parts = [f"{_bytes(amount)} {way}" for amount, way in both if amount]
    return parts or ["nothing sent"]


def _bytes(count: int) -> str:
    text = byte_size(count)
    return f"{text}B" if " " in text else f"{text} B"


def _name(view: TransferView) -> str:
    if view.total_size:
        done = f"{100 * view.acked_bytes // view.total_size} %"
    else:
        done = f"block {view.acked_blocks}"
    return f"{whose(view)} ({done})"
