"""Labelled cases in namespaces: expected findings, and forbidden ones.

All selected cases run at once, each in its own lab: most of their time is spent
waiting.
"""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from tests.support.lab import Lab
from tests.support.real_clients import ALL
from tests.support.scenarios.everything import SCENARIOS
from tests.support.scenarios.healthy import Boots, healthy_boots
from tests.support.scenarios.scenario import Scenario, Stage

pytestmark = [pytest.mark.net, pytest.mark.netns]

AT_ONCE = 8

BOOTS = 20
"""Healthy boots; benchmarks/diagnosis.py runs more of them."""


@dataclass
class Played:
    """The running cases."""

    stages: dict[Scenario, Future[Stage]]
    boots: Future[Boots] | None


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Played]:
    lab = Lab()
    try:
        lab.build()
        lab.nft("router", "flush ruleset\n")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces need root, iproute2 and nftables: {error}")
    finally:
        lab.remove()
    names = [item.name for item in request.session.items]
    wanted = [one for one in SCENARIOS if any(f"[{one}]" in name for name in names)]
    folder = tmp_path_factory.mktemp("scenarios")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        boots = None
        if any("healthy_boots" in name for name in names):
            place = tmp_path_factory.mktemp("boots")
            boots = pool.submit(healthy_boots, place, BOOTS)
        stages = {one: pool.submit(one.run, folder) for one in wanted}
        yield Played(stages, boots)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_scenario(played: Played, scenario: Scenario) -> None:
    stage = played.stages[scenario].result()
    server = stage.server
    told = [f"{one.code} {one.confidence} {one.because}" for one in server.found]
    for accepts, alarms in zip(scenario.accepts, stage.told, strict=True):
        assert len(alarms) == bool(accepts), (alarms, told)
        assert alarms <= accepts, told
    assert not server.codes & scenario.never, told
    assert scenario.notes <= server.codes, told
    assert scenario.succeeds in ((), tuple(stage.results)), told
    if scenario.accepts[0]:
        first = min(server.delay(code) for code in server.codes & scenario.accepts[0])
        assert first <= scenario.within
    else:
        assert not [one for one in server.found if one.is_alarm], told
    scenario.check(stage)


def test_healthy_boots_on_a_lossy_way_raise_no_alarm(played: Played) -> None:
    for client in ALL:
        client.require()
    assert played.boots is not None
    boots = played.boots.result()
    assert boots.alarms == [], boots
    assert sum(one.came for one in boots.booted) > BOOTS * 0.7


def test_every_labelled_case_is_played() -> None:
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, 48))
