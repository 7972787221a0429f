"""Asking this very server for a file, at each of its addresses, in each usual way."""

from collections.abc import Iterator, Sequence

from tftptui.client.probing import Probe, Stop, run_probe
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.net.addresses import Endpoint
from tftptui.protocol.offer import Offer
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.trials import Trial
from tftptui.telemetry.words import counted

TOPIC = "self-test"

OFFERS = (
    Offer(),
    Offer(total_size=0, block_size=1_428),
    Offer(total_size=0, block_size=1_428, window=16),
)
"""No options, as boot ROMs; blocks that fit; windows besides."""

_ANY_PORT = 0


def self_test(
    addresses: Sequence[str], port: int, file: bytes, stop: Stop
) -> Iterator[Result]:
    """Yield how each address answers when FILE is asked for.

    Args:
        addresses: of this machine.
        port: that takes requests.
        file: that is served; a small one is enough.
        stop: what ends it early.
    """
    for address in addresses:
        if stop.happened:
            return
        trials = [
            trial
            for offer in OFFERS
            for trial in run_probe(
                Probe(Endpoint(address, port), file, (_ANY_PORT,), offer, 1, 1), stop
            )
        ]
        yield _judged(address, file, trials)


def _judged(address: str, file: bytes, trials: Sequence[Trial]) -> Result:
    failed = [trial for trial in trials if trial.outcome != "ok"]
    name = visible(file)
    if not failed:
        ways = counted(len(trials), "set")
        return ok(TOPIC, f"{address} answers: {name} came with {ways} of options")
    first = failed[0]
    how = first.options or "no options"
    why = first.detail or "nothing came back"
    if first.outcome == "error":
        return warn(TOPIC, f"{address} answers, but {name} with {how}: {why}")
    return bad(TOPIC, f"{address}: {name} with {how}: {why}")
