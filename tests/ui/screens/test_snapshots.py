"""One picture per case, small and large; check differences before accepting one."""

from collections.abc import Callable, Iterable

import pytest
from textual.pilot import Pilot

from tests.support.pictures import NOW, a_busy_server, frame
from tests.support.policy_scene import told
from tests.support.port_scene import blocked_client, exhausted_case
from tests.support.screens import LARGE, SMALL
from tests.support.scripted_engine import ScriptedEngine
from tests.support.why_scene import founding_case
from tftptui.engine.messages import Frame
from tftptui.ui.app import TftpApp

Compare = Callable[..., bool]

IDS = ["small", "large"]
SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=IDS)


@pytest.fixture(autouse=True)
def _one_kind_of_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)


def app_with(frames: Iterable[Frame], theme: str = "tftptui-dark") -> TftpApp:
    return TftpApp(ScriptedEngine(frames), theme=theme, now=lambda: NOW, pace=0)


def after(app: TftpApp, frames: int, *keys: str) -> Callable[[Pilot[None]], object]:
    """Wait until FRAMES are drawn, then press keys."""

    async def before(pilot: Pilot[None]) -> None:
        while app.store.frames < frames:
            await pilot.pause()
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()

    return before


@SIZES
@pytest.mark.parametrize("keys", ["1", "3", "j r", "j enter", "q"])
def test_a_busy_server(snap_compare: Compare, size: tuple[int, int], keys: str) -> None:
    app = app_with(a_busy_server())
    pressed = [] if keys == "1" else keys.split()
    assert snap_compare(app, terminal_size=size, run_before=after(app, 2, *pressed))


@SIZES
def test_nothing_has_happened_yet(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = app_with([frame()])
    assert snap_compare(app, terminal_size=size, run_before=after(app, 1))


PORT_SCENES = {"blocked": blocked_client, "exhausted": exhausted_case}


@pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE], ids=["tiny", *IDS])
@pytest.mark.parametrize("keys", ["blocked 3 n", "blocked r 3 1 0", "exhausted r down"])
def test_ports(snap_compare: Compare, size: tuple[int, int], keys: str) -> None:
    name, *pressed = keys.split()
    app = app_with([PORT_SCENES[name]()])
    assert snap_compare(app, terminal_size=size, run_before=after(app, 1, *pressed))


@pytest.mark.parametrize("size", [(60, 15), SMALL, LARGE], ids=["tiny", *IDS])
@pytest.mark.parametrize("keys", ["P", "P j j j j enter 1 0 . 0 . 4 . 2 2"])
def test_policy(snap_compare: Compare, size: tuple[int, int], keys: str) -> None:
    app = app_with([told(write="new", max_upload=100_000_000)])
    before = after(app, 1, *keys.split())
    assert snap_compare(app, terminal_size=size, run_before=before)


@pytest.mark.parametrize("theme", ["tftptui-light", "contrast"])
def test_other_themes(snap_compare: Compare, theme: str) -> None:
    app = app_with(a_busy_server(), theme)
    assert snap_compare(app, terminal_size=LARGE, run_before=after(app, 2))


@SIZES
@pytest.mark.parametrize("keys", ["1", "4", "w", "w right G", "f"])
def test_the_founding_case(
    snap_compare: Compare, size: tuple[int, int], keys: str
) -> None:
    app = app_with(founding_case())
    pressed = [] if keys == "1" else keys.split()
    assert snap_compare(app, terminal_size=size, run_before=after(app, 2, *pressed))
