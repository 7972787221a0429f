"""Settings as an engine reports them, for tests of the policy screen."""

from pathlib import Path
from typing import Any

from tests.support.pictures import frame, view
from tftptui.engine.live_settings import live_settings
from tftptui.engine.messages import Frame
from tftptui.settings import Settings, Value


def settings(**changes: Any) -> dict[str, Value]:
    return live_settings(Settings(root=Path("/srv/images"), **changes))


def told(**changes: Any) -> Frame:
    """Return a frame of a server with two clients and these settings."""
    return frame(view(1), view(2, "completed"), settings=settings(**changes))
