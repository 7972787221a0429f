"""Finds clients that have fetched a program that their machine cannot start.

The transfer succeeds, but nothing starts. The file is examined in a thread after the
transfer, and only for clients that run on one kind of machine.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeGuard

import msgspec

from tftptui.engine.client import CommandRefusedError
from tftptui.engine.messages import LookAtFile
from tftptui.engine.root.file_info import Shelf
from tftptui.findings.causes import Affected
from tftptui.findings.client.wrong_machine import (
    is_known,
    is_particular,
    misfit,
    starts,
)
from tftptui.findings.facts import Scene
from tftptui.findings.reporting import Reporter
from tftptui.server.fastpath.one_block_read import AnyTransfer
from tftptui.server.requests import Recognize
from tftptui.telemetry.file_views import FilePiece
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.views import TransferView

MOST_AT_ONCE = 8
"""Files examined at a time; transfers beyond are not reported."""

MOST_TAKEN = 64
"""Finished transfers checked per call."""

KEPT = 500
"""Clients whose finding is remembered, so that it can be withdrawn."""


class FetchedPrograms:
    """Call take_over() with finished transfers, between begin() and stop().

    Args:
        reporter: gets the findings.
        scene: returns facts about this server as seen by a client.
        recognize: recognizes the client program from its request.
        architecture: returns DHCP option 93 of a client whose firmware has requested a
            file.
    """

    def __init__(
        self,
        reporter: Reporter,
        scene: Callable[[str], Scene],
        recognize: Recognize,
        architecture: Callable[[str, bytes], int | None] = lambda _, __: None,
    ) -> None:
        self._reporter, self._scene, self._recognize = reporter, scene, recognize
        self._architecture = architecture
        self._shelf: Shelf | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._findings: dict[str, Finding] = {}

    def begin(self, shelf: Shelf) -> None:
        """Examine files of this shelf from now on."""
        self._shelf = shelf

    async def stop(self) -> None:
        """Stop examining files."""
        self._shelf = None
        await asyncio.gather(*self._looking, return_exceptions=True)

    def take_over(self, transfers: Sequence[AnyTransfer]) -> None:
        """Take finished transfers, and examine files fetched by recognized clients.

        If there are too many, only the latest are checked.
        """
        for transfer in transfers[-MOST_TAKEN:]:
            kind = self._recognize(transfer.request, transfer.client)
            name = transfer.request.filename
            arch = self._architecture(transfer.client.host, name)
            is_one = kind is not None and is_particular(kind.kind)
            if not is_one and not is_known(arch):
                continue  # before a view is created: most transfers have none
            view = transfer.whole().view()
            is_whole = view.phase == "completed" and view.direction == "read"
            if is_whole and view.modified is not None:
                self._begin_look(msgspec.structs.replace(view), arch)

    def _begin_look(self, view: TransferView, arch: int | None) -> None:
        if self._shelf is not None and len(self._looking) < MOST_AT_ONCE:
            task = asyncio.create_task(self._look(self._shelf, view, arch))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _look(self, shelf: Shelf, view: TransferView, arch: int | None) -> None:
        name = (view.served or view.file).encode()
        try:
            piece = await shelf.answer(LookAtFile(name, 0, 0))
        except CommandRefusedError:
            return  # deleted, or its name is not valid text
        if self._shelf is not None and _is_version(piece, view):
            self._judge(view, piece, arch)

    def _judge(self, view: TransferView, piece: FilePiece, arch: int | None) -> None:
        program = self._findings.get(view.client)
        draft = misfit(view, piece.kind, self._scene(view.client), arch)
        if draft is not None and (
            program is None or program.headline != draft.headline
        ):
            found = self._reporter.alarm(draft, Affected([view.client], [view.file]))
            if found is not None:
                self._findings[view.client] = found
        elif program is not None and starts(view.kind, piece.kind, arch):
            why = f"{view.client} has got one that it can start"
            self._reporter.withdraw(program, why)
            del self._findings[view.client]
        while len(self._findings) > KEPT:
            del self._findings[next(iter(self._findings))]


def _is_version(piece: object, view: TransferView) -> TypeGuard[FilePiece]:
    """Return whether a piece is from the version of the file that was sent."""
    return (
        isinstance(piece, FilePiece)
        and view.version is not None
        and piece.version is not None
        and piece.version.may_be(view.version)
    )
