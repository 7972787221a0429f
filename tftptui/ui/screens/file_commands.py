"""Carries out commands of the Files pane: screens, clipboard, engine."""

from collections.abc import Sequence

from textual.screen import Screen

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import (
    CancelHash,
    ChangeSettings,
    Command,
    HashFile,
    LinkName,
    NearName,
    RewriteName,
    ServeFolder,
    UnlinkName,
)
from tftptui.knowledge.recipes import Order
from tftptui.settings import TFTP_PORT
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.files.actions import FileCommand
from tftptui.ui.panes.files.missing_names import is_answered, missing_folder
from tftptui.ui.panes.files.rows import (
    MissingRow,
    NearRow,
    Row,
    name_of,
    named_file,
    own_file,
    plain_name,
)
from tftptui.ui.panes.transfers.server_addresses import server_addresses
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.client_commands import CommandsScreen
from tftptui.ui.screens.folder import FolderScreen
from tftptui.ui.screens.preview import PreviewScreen
from tftptui.ui.screens.question import Answer, Question
from tftptui.ui.store import Store
from tftptui.ui.undo import Change, UndoList


class FileCommandHandler:
    """Carries out commands of the Files pane.

    Args:
        screen: the pane's screen.
        store: the state of the server.
        client: the engine.
        taste: choices made before.
        undo: records changes, so that they can be undone.
    """

    def __init__(
        self,
        screen: Screen[None],
        store: Store,
        client: EngineClient,
        taste: Taste,
        undo: UndoList,
    ) -> None:
        self._screen, self._store = screen, store
        self._client, self._taste, self._undo = client, taste, undo

    def carry_out(
        self, what: FileCommand, row: Row, fetches: Sequence[str] = ()
    ) -> None:
        """Carry out a command for a row; FETCHES are its latest fetches, in words."""
        match what:
            case FileCommand.COMMANDS:
                self._commands(row)
            case FileCommand.COPY:
                self._copy(row)
            case FileCommand.LOOK:
                self._look(row, fetches)
            case FileCommand.HASH:
                self._hash(row)
            case FileCommand.ANSWER:
                self._rename(row, is_link=False)
            case FileCommand.LINK:
                self._rename(row, is_link=True)
            case FileCommand.SERVE:
                self._serve()

    def _commands(self, row: Row) -> None:
        if (named := named_file(row)) is None:
            return
        name, size = named
        requested = row.asked if isinstance(row, NearRow) else row
        client = requested.client if isinstance(requested, MissingRow) else ""
        servers = server_addresses(self._store, client)
        status = self._store.status
        port = status.port if status else TFTP_PORT
        mtu = status.mtu if status else None
        order = Order(servers[0], port, name, size, mtu=mtu)
        screen = CommandsScreen(
            order, servers, taste=self._taste, kind=self._fetched_by(row)
        )
        self._screen.app.push_screen(screen)

    def _fetched_by(self, row: Row) -> str:
        """Return the kind of client that fetched a file last; "" if not known."""
        name = plain_name(name_of(row))
        for view in reversed(self._store.transfers.values()):
            is_it = plain_name(view.served or view.file) == name
            if is_it and view.direction == "read" and view.kind not in ("", SELF_TEST):
                return view.kind
        return ""

    def _copy(self, row: Row) -> None:
        if name := name_of(row):
            self._screen.post_message(CopyWanted(name, "the name"))

    def _look(self, row: Row, fetches: Sequence[str]) -> None:
        if (name := own_file(row)) is not None:
            self._screen.app.push_screen(PreviewScreen(self._client, name, fetches))

    def _hash(self, row: Row) -> None:
        if (name := own_file(row)) is None:
            return
        known = self._store.hashes.get(name)
        is_running = known is not None and known.running
        self._ask(CancelHash(name) if is_running else HashFile(name), "")

    def _rename(self, row: Row, *, is_link: bool) -> None:
        if (pair := _pair(row)) is None:
            return
        requested, near = pair
        missing = missing_folder(self._store, requested.asked) if is_link else ""
        back: Change | None = None
        if is_link and not missing:
            command: Command = LinkName(requested.asked, near.name)
            do, more = "make a link", "written to the disk"
            message = f"{requested.name} is now a link to {near.text} · u undoes it"
            words = f"no link for {requested.name}"
            back = Change(UnlinkName(requested.asked, near.name), words)
        else:
            command = RewriteName(requested.asked, near.name)
            do, more = "add a rule", "until this server ends"
            message = f"requests for {requested.name} now get {near.text}"
            if is_answered(self._store, requested, near):
                self._screen.app.notify(f"{message} already", markup=False)
                return
            if (rules := self._store.settings.get("rewrite")) is not None:
                words = f"no rule of its own for {requested.name}"
                back = Change(ChangeSettings({"rewrite": rules}), words)
                message = f"{message} · u undoes it"

        def answered(answer: Answer | None) -> None:
            if answer == "yes":
                self._ask(command, message, back)

        matters = [f"serve {near.text} for {requested.name}", f"serve {near.text}"]
        if missing:
            lack = f"no folder {missing} for a link"
            matters = [*(f"{lack}; {one}" for one in matters), lack]
        self._screen.app.push_screen(Question(matters, do, "cancel", [more]), answered)

    def _serve(self, folder: str = "", why: str = "") -> None:
        status = self._store.status

        def answered(folder: str | None) -> None:
            if folder:
                serving = self._serve_or_ask(folder)
                self._screen.run_worker(serving, group="files")

        screen = FolderScreen(folder or (status.root if status else ""), why)
        self._screen.app.push_screen(screen, answered)

    async def _serve_or_ask(self, folder: str) -> None:
        """Serve a folder; if that is refused, ask again."""
        try:
            await self._client.ask(ServeFolder(folder))
        except (CommandRefusedError, EngineError) as error:
            self._serve(folder, str(error))
        else:
            message = f"now serving {folder}"
            self._screen.app.notify(message, markup=False)

    def _ask(self, command: Command, message: str, back: Change | None = None) -> None:
        self._screen.run_worker(self._have_done(command, message, back), group="files")

    async def _have_done(
        self, command: Command, message: str, back: Change | None
    ) -> None:
        try:
            await self._client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self._screen.app.notify(str(error), severity="error", markup=False)
            return
        if back is not None:
            self._undo.did(back.back, back.words)
            self._screen.refresh_bindings()
        if message:
            self._screen.app.notify(message, markup=False)


def _pair(row: Row) -> tuple[MissingRow, NearName] | None:
    """Return the requested name and the file to serve for it."""
    match row:
        case NearRow(asked=asked, near=near):
            return asked, near
        case MissingRow(near=(near, *_)):
            return row, near
        case _:
            return None
