"""Conclusions from trials that differ in their block size."""

from collections.abc import Iterator, Sequence

from tftptui.findings.draft import Draft
from tftptui.findings.path import path_mtu
from tftptui.findings.probing.target import Target, sizes_word
from tftptui.telemetry.findings import FACT, OURS, Evidence, Help, Remedy
from tftptui.telemetry.probe_trials import Outcome, Trial


def from_sizes(target: Target, trials: Sequence[Trial]) -> Iterator[Draft]:
    """Yield the finding that small blocks arrive and larger ones don't, if so."""
    good = [one for one in trials if one.outcome == "ok" and one.block_size]
    bad: list[Outcome] = ["stalled", "cut"]
    lost = [one for one in trials if one.outcome in bad and one.block_size]
    if not good or not lost:
        return
    largest = max(one.block_size or 0 for one in good)
    smallest = min(one.block_size or 0 for one in lost)
    if smallest <= largest:
        return
    yield _too_large(target, (largest, good), (smallest, lost))


def _too_large(
    target: Target,
    arriving: tuple[int, Sequence[Trial]],
    lost_ones: tuple[int, Sequence[Trial]],
) -> Draft:
    (largest, good), (smallest, lost) = arriving, lost_ones
    return Draft(
        kind=path_mtu.KIND,
        headline=f"Blocks of {largest} bytes arrive, blocks of {smallest} do not",
        confidence=FACT,
        stands_at="between",
        evidence=(
            Evidence(text=f"granted, but no block came: {sizes_word(lost)}"),
            Evidence(text=f"blocks arrived: {sizes_word(good)}"),
        ),
        remedies=(
            Remedy(
                text=f"Limit the server's blksize to {largest}: then packets fit the "
                "smallest link of the path.",
            ),
            Remedy(
                platform=OURS,
                text="restart the server with",
                command=f"tftptui --max-blksize {largest}",
            ),
        ),
        helps=(
            Help(
                knob="block-size",
                verdict="yes",
                why=f"blocks of {largest} bytes arrive",
            ),
            Help(knob="port-range", verdict="no", why="small packets pass"),
            Help(knob="single-port", verdict="no", why="small packets pass"),
        ),
        proof="; ".join(
            target.fetch(f"--tftp-blksize {size}") for size in (largest, smallest)
        ),
    )
