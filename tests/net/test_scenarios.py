"""Labelled cases in namespaces: what is found, and what is never said.

All that were asked for are played at once, each in a laboratory of its own: most of
their time is spent waiting.
"""

import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.support.lab import Lab
from tests.support.scenarios.everything import SCENARIOS
from tests.support.scenarios.scenario import Scenario, Stage

pytestmark = [pytest.mark.net, pytest.mark.netns]

AT_ONCE = 12

LATEST = 10.0
"""Seconds from the first request to the first right finding."""

Stages = dict[Scenario, Future[Stage]]


@pytest.fixture(scope="module")
def stages(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stages]:
    lab = Lab()
    try:
        lab.build()
        lab.nft("router", "flush ruleset\n")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"namespaces need root, iproute2 and nftables: {error}")
    finally:
        lab.remove()
    wanted = [
        scenario
        for scenario in SCENARIOS
        if any(f"[{scenario}]" in item.name for item in request.session.items)
    ]
    folder = tmp_path_factory.mktemp("scenarios")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {one: pool.submit(one.run, folder) for one in wanted}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_scenario(stages: Stages, scenario: Scenario) -> None:
    stage = stages[scenario].result()
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
        assert first <= LATEST
    else:
        assert not [one for one in server.found if one.is_alarm], told
    scenario.check(stage)


def test_every_labelled_case_is_played() -> None:
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, 35))
