"""What every test has: places of its own for what a user's programs keep."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine that is busy proves nothing: what takes time is measured in benchmarks/.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

# What ten thousand tests leave behind stays: to look through it for garbage again and
# again took a seventh of the time.
gc.set_threshold(20_000, 20, 50)

# These share the machine's ports, namespaces and CPUs: where tests run side by side
# (pytest -n), these run one after the other.
SHARING = ("client", "commands", "doctor", "engine", "net", "replay", "rfc", "server")

PLACES = ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests may not run at the same time: those of one group."""
    tests = Path(__file__).parent
    for item in items:
        place = item.path.relative_to(tests)
        is_sharing = place.parts[0] in SHARING
        group = "sharing" if is_sharing else "-".join(place.with_suffix("").parts)
        item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(scope="session", autouse=True)
def apart_from_the_user() -> Iterator[None]:
    """Neither read what the user's own runs have left, nor leave anything there.

    The folder's name is short: a Unix socket's path may not be long.
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
