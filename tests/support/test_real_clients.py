"""A missing client skips a test locally and fails it in CI."""

from pathlib import Path

import pytest

from tests.support.real_clients import RealClient
from tftptui.net.addresses import Endpoint


def command(server: Endpoint, name: str, place: Path) -> list[str]:
    return ["no-such-program", str(server), name, str(place)]


MISSING = RealClient("no-such-program", "no-such-package", command)


@pytest.mark.parametrize("ci", ["", "false"])
def test_at_home_it_skips_in_words(monkeypatch: pytest.MonkeyPatch, ci: str) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(pytest.skip.Exception, match="apt install no-such-package"):
        MISSING.require()


def test_in_ci_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        MISSING.require()
