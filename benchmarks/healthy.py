"""How often an alarm is told though nothing is wrong: healthy transfers of all kinds.

On the demo's clock: 14 clients, windows of 1 to 64 blocks, ten paths (0 to 3 % loss,
jitter, reordering, doubled packets, a NAT, a slow link); one in five clients pauses as
flash writers do, is suspended for 8 s, or is ended by its user. No root is needed.
The real programs are benchmarks/diagnosis.py's, at 2 % loss.

    PYTHONPATH=. python benchmarks/healthy.py [--transfers 500] [--seed 3]
"""

import argparse
import sys
from math import ceil

from tests.support.healthy_demo import PATHS, play


def main() -> int:
    """Play all; return 1 if there was an alarm."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transfers", type=int, default=500)
    parser.add_argument("--seed", type=int, default=3)
    wanted = parser.parse_args()
    each, alarms = ceil(wanted.transfers / len(PATHS)), 0
    print(
        f"{'path':24}{'played':>8}{'came':>6}{'ctrl-c':>8}{'alarms':>8}  told besides"
    )
    for number, path in enumerate(PATHS):
        one = play(path, each, wanted.seed + number)
        alarms += len(one.alarms)
        counts = f"{one.played:8}{one.came:6}{one.ended:8}{len(one.alarms):8}"
        print(f"{path:24}{counts}  {' '.join(one.notes)}", flush=True)
        for told in one.alarms:
            print(f"    {told}")
    print(f"\n{alarms} alarms in {each * len(PATHS)} healthy transfers")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
