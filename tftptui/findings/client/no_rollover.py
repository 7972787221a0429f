"""no-rollover: the client can't count beyond 65,535 blocks."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import completed, later_tries
from tftptui.findings.facts import Facts
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import times

_LAST = 65_535
"""The highest 16-bit number; the next block has the number 0."""

_NO_SLIP = 2
"""Timeouts from which on a lost packet does not explain a stop at that block."""


def _smaller_now(facts: Facts) -> str:
    """Return that the client got the file, in fewer blocks or beyond that number."""
    latest = facts.latest
    own = later_tries(facts)
    if latest is not None and any(
        one.is_done and one.file == facts.file for one in own
    ):
        return "the client got the file since"
    return completed(facts)


KIND = Kind(
    code=Code.NO_ROLLOVER,
    scope=Scope.CLIENT_AND_FILE,
    broken=(),
    helps=no_port_matters(
        "the client stops at a block number, whatever the port",
        "",
        "the client waits for a block number that does not exist",
        "no firewall drops the blocks",
    )
    | {
        "block-size": ("no", "only larger blocks help: then the file has fewer of them")
    },
    ended=_smaller_now,
)


def no_rollover(facts: Facts) -> Draft | None:
    """Detect a client that stops exactly where block numbers wrap around."""
    stopped = [one for one in facts.tries if _is_at_the_end(one)]
    latest = facts.latest
    if not stopped or latest is None or latest is not stopped[-1]:
        return None
    size = latest.total_size or 0
    least = size // _LAST + 1
    is_again = len(stopped) > 1
    return Draft(
        kind=KIND,
        headline=f"{facts.client} stops after block 65,535 of {facts.file}: it can't "
        f"count further. It needs blksize {least} or more for this file.",
        confidence=FACT if is_again else LIKELY,
        stands_at="client",
        transfers=tuple(one.number for one in stopped),
        since=latest.moved,
        evidence=(
            Evidence(
                text="block 65,535 acknowledged; block 65,536 (number 0 on the wire) "
                f"resent {times(latest.timeouts)}"
                + ("; it stopped there before" if is_again else ""),
                transfer=latest.number,
                time=latest.moved,
            ),
            Evidence(
                text=f"{size:,} bytes in blocks of {latest.block_size} are "
                f"{size // latest.block_size + 1:,} blocks; block numbers have 16 bits",
                transfer=latest.number,
            ),
            *evidence.program(facts),
        ),
        remedies=remedies.say(
            f"let the client request blksize {least} or more (up to 1428 without "
            "fragments)",
            "or update the client: a newer version may go on after block 65,535",
        ),
        helps=KIND.would_help(facts),
        proof=f"{proofs.fetch(facts)} --tftp-blksize {max(least, 1_428)}",
    )


def _is_at_the_end(one: TransferView) -> bool:
    """Return whether a read is stuck, or ended, exactly at the highest number."""
    is_read = one.direction == "read" and one.total_size is not None
    if not is_read or one.acked_blocks != _LAST or one.sent_blocks <= _LAST:
        return False
    return one.phase in ("abandoned", "failed") or one.timeouts >= _NO_SLIP
