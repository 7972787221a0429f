"""Fixtures for every test: its own folders for users' data."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine proves nothing: timing is measured in benchmarks/.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# At the default thresholds, a seventh of the time went into collecting garbage left by
# thousands of tests.
gc.set_threshold(20_000, 20, 50)

# Tests start the program hundreds of times: it is compiled once, as when installed.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PLACES = ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose which tests ``pytest -n 2 --dist loadgroup`` runs on one worker.

    Tests with network namespaces run one after the other: some take all of a CPU, and
    what they check has time limits. All other tests go to either worker, a file at a
    time, so that module fixtures start only once.
    """
    tests = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(tests).with_suffix("")
        is_netns = item.get_closest_marker("netns") is not None
        group = "netns" if is_netns else "-".join(place.parts)
        item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Keep modules and collected tests out of all garbage collections."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def apart_from_the_user() -> Iterator[None]:
    """Isolate tests from the user's own data, in both directions.

    The folder's name is short: the path of a Unix socket must not be long.
    """
    folder = Path(tempfile.mkdtemp(prefix="tftptui-"))
    before = {name: os.environ.get(name) for name in PLACES}
    for name in PLACES:
        place = folder / name.lower()
        place.mkdir(mode=0o700)
        os.environ[name] = str(place)
    yield
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    shutil.rmtree(folder, ignore_errors=True)
