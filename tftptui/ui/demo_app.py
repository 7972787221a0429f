"""The app with a demo as its engine."""

from tftptui.demo.demo_engine import DemoEngine
from tftptui.demo.stage import SCENE_OVER
from tftptui.engine.messages import Frame
from tftptui.ui.app import TftpApp
from tftptui.ui.memory import Memory
from tftptui.ui.screens.demo import DemoScreen, Manner
from tftptui.ui.screens.main import MainScreen
from tftptui.ui.store import Store

PLAIN = Manner()
"""A presenter leads; the stage is above the panes."""


class DemoStore(Store):
    """The store of a demo; drops the findings of earlier steps.

    Nothing was fixed between two steps, so those findings must not show as resolved.
    """

    def fold(self, frame: Frame) -> None:
        """Apply a frame."""
        super().fold(frame)
        for finding in frame.findings:
            if finding.withdrawn == SCENE_OVER:
                self.findings.pop(finding.number, None)


class DemoApp(TftpApp):
    """The terminal UI around a demo; its clock is the demo's.

    Args:
        demo: the demo.
        theme: name of a theme; None for the last one chosen.
        manner: how it is shown.
        memory: choices kept between runs.
    """

    def __init__(
        self,
        demo: DemoEngine,
        *,
        theme: str | None = None,
        manner: Manner = PLAIN,
        memory: Memory | None = None,
    ) -> None:
        super().__init__(
            demo, theme=theme, now=demo.clock.wall, store=DemoStore(), memory=memory
        )
        self._demo, self._manner = demo, manner

    def get_default_screen(self) -> MainScreen:
        """Return the main screen with a stage."""
        return DemoScreen(
            self.store,
            self._demo,
            now=self.now,
            notices=self.notices,
            undo=self.undo,
            manner=self._manner,
        )

    def action_leave(self) -> None:
        """Quit without a question: the clients are only simulated."""
        self.exit(return_code=1 if self.store.engine_error else 0)
