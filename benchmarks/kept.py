"""Where figures are kept: benchmarks/results/, and tables in docs/speed.md."""

import json
import platform
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SPEED = HERE.parent / "docs" / "speed.md"

About = dict[str, str]


def keep(name: str, results: object) -> About:
    """Write results with date and machine; return these."""
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    about = {
        "date": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "kernel": platform.release(),
        "machine": _processor(),
    }
    place = RESULTS / f"{name}-{now:%Y-%m-%d-%H%M}.json"
    kept = json.dumps({"about": about, "results": results}, indent=1)
    place.write_text(kept + "\n")
    print(f"kept in {place}")
    return about


def write_docs(mark: str, lines: list[str], about: About) -> None:
    """Put a table between ``<!-- MARK -->`` and ``<!-- /MARK -->`` in docs/speed.md."""
    begin, end = f"<!-- {mark} -->", f"<!-- /{mark} -->"
    text = SPEED.read_text()
    before, found, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    if not found:
        raise SystemExit(f"no {begin} in {SPEED}")
    told = f"{about['date'][:10]}, {about['machine']}, Python {about['python']}:"
    SPEED.write_text(before + "\n".join([begin, told, "", *lines, end]) + after)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
