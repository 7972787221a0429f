"""How often the server says what is wrong, and that nothing is when nothing is.

Plays every labelled case in network namespaces, and 200 healthy boots of mixed clients
while two packets in a hundred are lost; prints what was expected against what was told,
and how soon: *decided* counts from the last transfer or walk begun before the finding.
Needs root, iproute2, nftables and the clients curl, tftp-hpa, atftp and busybox.

    PYTHONPATH=. python benchmarks/diagnosis.py [--boots 200] [--loss 2] [--cases N]
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles

from tests.support.scenarios.everything import SCENARIOS
from tests.support.scenarios.healthy import Booted, Boots, healthy_boots
from tests.support.scenarios.scenario import Scenario, Stage

CALM = "(nothing)"
AT_ONCE = 8

Row = tuple[str, str, float | None, float | None]
"""What was right, what was told, seconds until it was: from the first request of all,
and from the last transfer or walk that was begun before it."""


def rows_of(scenario: Scenario, stage: Stage) -> Iterable[Row]:
    """Return for each act of a case what was right and what was told."""
    server = stage.server
    for accepts, told in zip(scenario.accepts, stage.told, strict=True):
        right = " or ".join(sorted(accepts)) or CALM
        said = " and ".join(sorted(told)) or CALM
        first = server.codes & accepts
        delay = min((server.delay(code) for code in first), default=None)
        decided = min((server.decided(code) for code in first), default=None)
        yield right, said, delay, decided


def is_right(right: str, told: str) -> bool:
    """Whether what was told is one of what is right."""
    return told in right.split(" or ")


def print_cases(stages: dict[Scenario, Stage]) -> Counter[tuple[str, str]]:
    """Print every case; return how often what was told for what."""
    matrix: Counter[tuple[str, str]] = Counter()
    print(f"{'case':30}  {'told':24}  {'after':7}  {'decided':7}  right")
    for scenario, stage in stages.items():
        for right, told, *delays in rows_of(scenario, stage):
            matrix[right, told] += 1
            mark = " " if is_right(right, told) else "✗"
            after, last = ("" if one is None else f"{one:5.1f} s" for one in delays)
            print(f"{scenario!s:30}{mark} {told:24}  {after:7}  {last:7}  {right}")
    return matrix


def print_matrix(matrix: Counter[tuple[str, str]]) -> None:
    """Print what was told (columns) for what was right (rows)."""
    told = sorted({said for _, said in matrix})
    width = max(len(right) for right, _ in matrix)
    numbers = "".join(f"{number:>4}" for number in range(1, len(told) + 1))
    print(f"\n{'right, and what was told':{width}}{numbers}")
    for right in sorted({one for one, _ in matrix}):
        counts = "".join(f"{matrix[right, said] or '·':>4}" for said in told)
        print(f"{right:{width}}{counts}")
    for number, said in enumerate(told, 1):
        print(f"{number:>4}  {said}")


def print_delays(stages: dict[Scenario, Stage]) -> None:
    """Print how soon findings came after the first request, and after what decides."""
    rows = [list(rows_of(one, stage)) for one, stage in stages.items()]
    first = [delay for (_, _, delay, _), *_ in rows if delay is not None]
    every = [last for acts in rows for *_, last in acts if last is not None]
    if len(first) < 2:  # noqa: PLR2004 - no quantiles of one
        return
    print(f"\n{'seconds to a right finding':44}{'acts':>6}{'median':>9}", end="")
    print(f"{'p90':>9}{'max':>9}")
    names = ("from the first request, first act", "from what decides, every act")
    for name, delays in zip(names, (first, every), strict=True):
        tenths = quantiles(delays, n=10, method="inclusive")
        parts = (median(delays), tenths[-1], max(delays))
        print(f"{name:44}{len(delays):6}" + "".join(f"{part:9.1f}" for part in parts))


def print_boots(boots: Boots, loss: int) -> None:
    """Print what came of the healthy boots."""
    print(f"\n{f'healthy boots at {loss} % loss':26}{'played':>8}{'came':>8}", end="")
    print(f"{'gave up':>9}{'accused':>9}{'seconds at most':>17}")
    for client in dict.fromkeys(one.client for one in boots.booted):
        print_one(client, [one for one in boots.booted if one.client == client], boots)
    print_one("all", boots.booted, boots)
    for one in boots.alarms:
        print(f"  {one.client}, {one.code}: {one.headline}")


def print_one(client: str, booted: list[Booted], boots: Boots) -> None:
    """Print what came of the boots of one client, or of all."""
    came, longest = sum(one.came for one in booted), max(one.seconds for one in booted)
    accused = sum(client in ("all", one.client) for one in boots.alarms)
    print(f"{client:26}{len(booted):8}{came:8}{len(booted) - came:9}", end="")
    print(f"{accused:9}{longest:17.1f}")


def main() -> int:
    """Play all; return 1 if anything was told wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boots", type=int, default=200)
    parser.add_argument("--loss", type=int, default=2)
    parser.add_argument("--cases", type=int, help="only the first so many")
    wanted = parser.parse_args()
    scenarios = SCENARIOS[: wanted.cases]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            played = pool.map(lambda one: one.run(place), scenarios)
            stages = dict(zip(scenarios, played, strict=True))
        matrix = print_cases(stages)
        print_matrix(matrix)
        print_delays(stages)
        (place / "boots").mkdir()
        boots = healthy_boots(place / "boots", wanted.boots, percent=wanted.loss)
        print_boots(boots, wanted.loss)
    wrong = sum(count for pair, count in matrix.items() if not is_right(*pair))
    print(f"\n{sum(matrix.values()) - wrong} of {sum(matrix.values())} acts right")
    return 1 if wrong or boots.alarms else 0


if __name__ == "__main__":
    sys.exit(main())
