"""A Files pane with a scripted engine, a store and a clock that stands still."""

from itertools import takewhile
from typing import Any

from tests.support.pane_host import Hosted
from tests.support.pictures import NOW, status
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.client import EngineError
from tftptui.engine.messages import Command, Entry, Frame, Listing, Refusal
from tftptui.telemetry.escapes import visible
from tftptui.ui.panes.files.pane import FilesPane
from tftptui.ui.panes.files.rows import Key
from tftptui.ui.store import Store


class Clock:
    """A wall clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


class LateEngine(ScriptedEngine):
    """An engine that can't be used until it has started."""

    is_there = True

    async def ask(self, command: Command) -> None:
        if not self.is_there:
            raise EngineError("the engine was not started")
        await super().ask(command)


class Scene:
    """A Files pane with a scripted engine and a clock."""

    def __init__(self, *entries: Entry, **changes: Any) -> None:
        self.store, self.engine, self.clock = Store(), LateEngine(), Clock()
        self.store.fold(Frame(time=NOW, status=status(**changes)))
        if entries:
            self.store.fold(listing(b"", *entries))
        self.pane = FilesPane(self.store, self.engine, now=self.clock)

    @property
    def cursor(self) -> Key | None:
        return self.pane._list.current_key

    @property
    def top(self) -> int:
        return self.pane._list.scroll_offset.y


def file(name: bytes, size: int = 512, *, modified: float = 0, **changes: Any) -> Entry:
    text = visible(name)
    given: dict[str, Any] = {"name": name, "text": text, "kind": "file", "size": size}
    return Entry(**(given | {"modified": modified} | changes))


def folder(name: bytes) -> Entry:
    return file(name, kind="folder")


def listing(path: bytes, *entries: Entry) -> Frame:
    return Frame(time=NOW, listings=[Listing(folder=path, entries=list(entries))])


def refusal(name: str, at: float, client: str = "10.0.4.37") -> Refusal:
    return Refusal(
        time=NOW + at,
        client=client,
        client_tid=2070,
        file=name,
        reason="not-found",
        message="no such file",
    )


def numbered(*numbers: int) -> list[Entry]:
    return [file(b"f%04d" % number) for number in numbers]


def in_list(shown: Hosted) -> list[str]:
    """Return the rows of the list, without the detail, whitespace collapsed."""
    rows = takewhile(lambda row: not row.startswith("──"), shown.rows)
    return [" ".join(row.split()) for row in rows if row]


def names(shown: Hosted) -> list[str]:
    rows = takewhile(lambda row: not row.startswith("──"), shown.rows)
    return [row.split("  ")[0] for row in rows if row]
