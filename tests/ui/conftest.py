"""Times of day are UTC, and every Pilot waits until the event loop is idle."""

import time
from collections.abc import Iterator

import pytest

from tests.support.idle import wait_for_the_loop
from tests.support.shared_css import share_parsed_css


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    wait_for_the_loop(monkeypatch)
    share_parsed_css(monkeypatch)
