"""The check of the port range: which programs may take its ports."""

from typing import Any

from tests.support.patients import ROOT, SETTINGS, facts
from tftptui.doctor.checks.all_checks import check_all
from tftptui.doctor.result import Mark, Result
from tftptui.settings import PortRange, Settings

LINUX: dict[str, Any] = {"ephemeral": (32_768, 60_999), "reserved": ("8080",)}


def judged(settings: Settings = SETTINGS, **changes: Any) -> list[Result]:
    return check_all(facts(**changes), settings)


def test_one_of_many_ports_that_another_program_takes_is_not_missed() -> None:
    (result,) = [r for r in judged(**LINUX) if r.topic == "ports"]
    assert result.mark is Mark.OK
    assert "40000-40099 overlaps the ephemeral range 32768-60999" in result.text
    assert "the server then uses another" in result.text


def test_one_of_few_ports_is_and_can_be_kept_back() -> None:
    settings = Settings(root=ROOT, ports=PortRange(40_000, 40_003))
    (result,) = [r for r in judged(settings, **LINUX) if r.topic == "ports"]
    assert result.mark is Mark.WARN
    assert "40000-40003 overlaps the ephemeral range 32768-60999" in result.text
    assert "ip_local_reserved_ports=8080,40000-40003" in result.commands[0]


def test_ports_that_are_kept_back_are_ours() -> None:
    results = judged(ephemeral=(32_768, 60_999), reserved=("39000-41000",))
    assert {r.mark for r in results if r.topic == "ports"} == {Mark.OK}
