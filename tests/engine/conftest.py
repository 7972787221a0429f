"""An engine in the test's own event loop, with a clock advanced by the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.running import settings_for
from tftptui.engine.engine import Engine
from tftptui.telemetry.events import Event


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The root; empty unless a module has its own."""
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
async def engine(
    folder: Path, clock: FakeClock, events: list[Event]
) -> AsyncIterator[Engine]:
    """An engine that has sent its first frame."""
    engine = Engine(settings_for(folder), events.append, clock)
    await engine.start()
    engine.next_frame()
    yield engine
    await engine.stop()
