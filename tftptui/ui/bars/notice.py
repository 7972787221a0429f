"""What the operator should know, under the top line; loud when nothing is served."""

from rich.text import Text
from textual.widgets import Static

from tftptui.ui.store import Store


class NoticeLine(Static):
    """The engine's notices and our own; hidden when there are none."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    NoticeLine {
        height: auto;
        max-height: 3;
        padding: 0 1;
        display: none;
        color: $transfer-stalled;
        background: $surface;
        &.-shown { display: block; }
        &.-gone { color: $background; background: $error; text-style: bold; }
    }
    """

    def __init__(self, store: Store, own: list[str]) -> None:
        super().__init__(id="notice", markup=False)
        self._store, self._own = store, own
        self._words = ""

    def frame_arrived(self) -> None:
        """Show what is to be said now."""
        words = self._say()
        if words == self._words:
            return
        self._words = words
        self.set_class(bool(words), "-shown")
        self.set_class(self._store.engine_error is not None, "-gone")
        self.update(Text(words))

    def _say(self) -> str:
        if self._store.engine_error:
            known = "  ·  what you see is the last that was known"
            cure = "looked for again and again" if self._store.comes_back else ""
            return (
                f"✗ Nothing is served: {self._store.engine_error}"
                f"{known if self._store.frames else ''}  ·  "
                f"{cure or 'R restarts'}  ·  q quits"
            )
        told = list(self._store.status.notices) if self._store.status else []
        return "\n".join(f"! {notice}" for notice in [*told, *self._own])
