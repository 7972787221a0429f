"""Throughput beside tftpd-hpa, atftpd, dnsmasq and others, without and with a screen.

``python benchmarks/throughput.py`` runs the cases of a folder with ``compare.py`` and
``tftpload.c`` (--bench, by default ../shared/bench), in interleaved rounds, with all
servers and the load generator on one CPU: on two, lock-step transfers measure how
long the machine takes to wake a CPU up. It prints the ratio to the fastest peer of
each case, keeps the raw figures in benchmarks/results/ and, with --docs, writes
the table into docs/speed.md. Linux, as root for the priorities.

Where there is a C compiler, ``floor.c`` runs along: a server that does the least that
a transfer takes, and nothing else. Nobody gets further ahead on that system.
"""

import argparse
import json
import runpy
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from kept import HERE, keep, write_docs

KEPT = ("MB_s", "transfers_s", "server_cpu_s_per_GB", "timeouts", "errors", "failed")
"""What is kept of each round."""

OURS = ("tftptui serve", "tftptui")
DEFAULTS = "tftptui defaults"
"""The same server with the default range, cooling time and limits."""

FLOOR = "floor"
PLACE = "{root} --listen {host} --port {port}"
SERVED = f"{PLACE} --ports 20000-31000 --quarantine 0"
LIMITS = "--max-transfers 2000 --request-rate 0"


def commands(program: str) -> list[str]:
    """Return the options that add our servers to a comparison."""
    screen = f"{sys.executable} {HERE / 'in_terminal.py'} {program}"
    return [
        *("--server", f"{OURS[0]}={program} serve {SERVED} {LIMITS}"),
        *("--server", f"{DEFAULTS}={program} serve {PLACE}"),
        *("--server", f"{OURS[1]}={screen} {SERVED} {LIMITS}"),
    ]


def floor(folder: Path) -> list[str]:
    """Return the options that add the least that can be done, where it can be made."""
    compiler = shutil.which("cc")
    if compiler is None:
        return []
    program = folder / FLOOR
    source = str(HERE / "floor.c")
    subprocess.run([compiler, "-O2", "-o", str(program), source], check=True)
    return ["--server", f"{FLOOR}={program} {{root}} {{host}} {{port}}"]


Figures = dict[str, dict[str, list[dict[str, float]]]]  # case, server, rounds


def compare(bench: Path, options: argparse.Namespace) -> Figures:
    """Run the comparison; return its raw figures."""
    program = str(Path(sys.executable).with_name("tftptui"))
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.json"
        command = [
            *(sys.executable, str(bench / "compare.py")),
            *commands(program),
            *floor(Path(folder)),
            *("--servers", options.peers),
            *("--rounds", str(options.rounds), "--seconds", str(options.seconds)),
            *("--cpu-server", "0", "--cpu-load", "0", "--json", str(raw)),
        ]
        if options.cases:
            command += ["--cases", options.cases]
        if options.nice:
            command += ["--nice", str(options.nice)]
        subprocess.run(command, check=True)
        figures: Figures = json.loads(raw.read_text())
    return figures


def wrong_words(bench: Path, options: argparse.Namespace) -> list[str]:
    """Return a line for each case and peer that the comparison does not know."""
    known = runpy.run_path(str(bench / "compare.py"))
    lists = (("case", options.cases, "CASES"), ("peer", options.peers, "SERVERS"))
    lines = []
    for what, wanted, table in lists:
        names = list(known.get(table, ()))
        asked = [name for name in wanted.split(",") if name]
        also = [*names, "none"] if what == "peer" else names
        lines += [
            f"there is no {what} {name!r}; there are: {', '.join(names)}"
            for name in asked
            if name not in also
        ]
    return lines


def table(kept: Figures) -> list[str]:
    """Return ratios to the fastest peer and CPU seconds per GB, as Markdown."""
    head = (
        "| case | fastest peer | serve | with screen | bare C | CPU s/GB: peer, ours "
    )
    lines = [f"{head}| defaults / serve |", "|---|--:|--:|--:|--:|--:|--:|"]
    for case, servers in kept.items():
        unit = "transfers_s" if case.startswith("small") else "MB_s"
        value = {name: _median(runs, unit) for name, runs in servers.items()}
        cost = {n: _median(runs, "server_cpu_s_per_GB") for n, runs in servers.items()}
        measured = (*OURS, FLOOR, DEFAULTS)
        peers = [name for name in servers if name not in measured and value[name]]
        best = max(peers, key=lambda name: value[name], default="")
        cheapest = min((cost[name] for name in peers if cost[name]), default=0.0)
        top = value.get(best, 0.0)
        if case.startswith("loss"):  # it never sends anything twice
            value.pop(FLOOR, None)
        ratios = [_ratio(value.get(name, 0.0), top) for name in measured]
        lines.append(
            f"| {case} | {best} {top:,.1f} | {ratios[0]} | {ratios[1]} "
            f"| {ratios[2]} | {cheapest:.2f}, {cost.get(OURS[0], 0.0):.2f} "
            f"| {_ratio(value.get(DEFAULTS, 0.0), value.get(OURS[0], 0.0))} |"
        )
    return lines


def _median(runs: list[dict[str, float]], key: str) -> float:
    values = [run[key] for run in runs if "failed" not in run and key in run]
    return statistics.median(values) if values else 0.0


def _ratio(value: float, best: float) -> str:
    return f"{value / best:.2f} ×" if value and best else "–"


def shortened(figures: Figures) -> Figures:
    """Return of each round what the table needs and what makes one doubt it."""
    return {
        case: {
            name: [{key: run[key] for key in KEPT if run.get(key)} for run in runs]
            for name, runs in servers.items()
        }
        for case, servers in figures.items()
    }


def failures(kept: Figures) -> list[str]:
    """Return a line for each server that could not be measured, with the reason."""
    whys = {
        name: str(run["failed"]).strip()
        for servers in kept.values()
        for name, runs in servers.items()
        for run in runs
        if "failed" in run
    }
    return [f"{name} was not measured: {why}" for name, why in whys.items()]


def main() -> int:
    """Run, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = HERE.parent.parent / "shared" / "bench"
    parser.add_argument("--bench", type=Path, default=default)
    parser.add_argument("--peers", default="hpa,atftpd,dnsmasq,pytftp")
    parser.add_argument("--cases", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args()
    if not (options.bench / "compare.py").is_file():
        print(f"no compare.py in {options.bench}; say where it is with --bench DIR")
        return 2
    if wrong := wrong_words(options.bench, options):
        print("\n".join(wrong))
        return 2
    figures = shortened(compare(options.bench, options))
    about, lines = keep("throughput", figures), table(figures)
    print("\n".join([*lines, *failures(figures)]))
    if options.docs:
        write_docs("benchmark", lines, about)
    return 0


if __name__ == "__main__":
    sys.exit(main())
