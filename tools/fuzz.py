"""Feed damaged files and messages to what reads them, for minutes.

    python tools/fuzz.py [captures|scenarios|configuration|control] --minutes 10

Each seed makes one input; the short run of the test suite has the first seeds, this one
begins behind them. It ends with 1 at the first exception that is not the documented
error, and says which seed repeats it.
"""

import argparse
import random
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.fuzzing import TARGETS

FIRST = 1_000_000
"""The first seed, unless one is given."""


def main() -> int:
    """Feed until the time is up; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=10.0, help="for all together")
    parser.add_argument("--seed", type=int, default=FIRST, help="the first one")
    asked = parser.parse_args()
    targets = asked.targets or sorted(TARGETS)
    if unknown := set(targets) - set(TARGETS):
        parser.error(f"unknown target {min(unknown)}; choose from {', '.join(TARGETS)}")
    for target in targets:
        end = time.monotonic() + asked.minutes * 60 / len(targets)
        seed = asked.seed
        while seed == asked.seed or time.monotonic() < end:
            try:
                TARGETS[target](random.Random(seed))  # noqa: S311 - it has to repeat
            except Exception:  # noqa: BLE001 - any is a finding
                traceback.print_exc()
                print(f"{target}: repeat it with --seed {seed} --minutes 0 {target}")
                return 1
            seed += 1
        print(f"{target}: {seed - asked.seed:,} inputs survived")
    return 0


if __name__ == "__main__":
    sys.exit(main())
