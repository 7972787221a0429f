"""Downloads a file from our own server: every address, every usual set of options."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tftptui.client.probe import Probe, Stop, free_ports, run_probe
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.net.addresses import Endpoint
from tftptui.protocol.offer import Offer
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import joined

TOPIC = "self-test"

OFFERS = (
    Offer(),
    Offer(total_size=0),
    Offer(total_size=0, block_size=1_428),
    Offer(total_size=0, block_size=1_428, window=16),
)
"""No options (plain clients), tsize (boot ROMs), blksize, windowsize."""

_ENOUGH = 16 << 20
"""Bytes after which a download is stopped."""

Expect = Callable[[Sequence[int]], object]
"""Called with the client ports of the next downloads."""


@dataclass(frozen=True, slots=True)
class Patient:
    """The server under test.

    Attributes:
        places: addresses it listens on.
        file: a file it serves; a small one is enough.
        way: how it replies, in words: "from ports 40000–40099".
        is_live: whether it is the running server, not a second one with other settings.
    """

    places: Sequence[Endpoint]
    file: bytes
    way: str
    is_live: bool = True


def self_test(patient: Patient, stop: Stop, expect: Expect) -> Iterator[Result]:
    """Yield the addresses that fail, then those that work.

    STOP ends it early; unfinished addresses are left out.
    """
    good: list[str] = []
    for place in patient.places:
        ports = free_ports(place, len(OFFERS))
        expect(ports)
        trials = [
            trial
            for port, offer in zip(ports, OFFERS, strict=True)
            for trial in run_probe(_probe(place, patient.file, port, offer), stop)
        ]
        if stop.happened:
            return
        if all(trial.outcome == "ok" for trial in trials):
            good.append(place.host)
        else:
            yield _failed(patient, place, trials)
    if good:
        yield _went_well(patient, good)


def _probe(place: Endpoint, file: bytes, port: int, offer: Offer) -> Probe:
    return Probe(place, file, (port,), offer, timeout=1, retries=1, enough=_ENOUGH)


def _went_well(patient: Patient, hosts: Sequence[str]) -> Result:
    if patient.is_live:
        verb = "replies" if len(hosts) == 1 else "reply"
    else:
        verb = "would reply"
    sets = joined([_typed(offer) for offer in OFFERS])
    return ok(
        TOPIC,
        f"{joined(hosts)} {verb} {patient.way}: {visible(patient.file)} received "
        f"with options {sets}",
    )


def _failed(patient: Patient, place: Endpoint, trials: Sequence[Trial]) -> Result:
    first = next(trial for trial in trials if trial.outcome != "ok")
    how = first.options.replace(" ", ",") or "no options"
    why = first.detail or "no reply"
    what = f"{visible(patient.file)} with {how}: {why}"
    if not patient.is_live:
        return warn(TOPIC, f"{place.host} would not reply {patient.way}: {what}")
    if first.outcome == "error":
        return warn(TOPIC, f"{place.host} replies {patient.way}, but {what}")
    return bad(TOPIC, f"{place.host}, {patient.way}: {what}")


def _typed(offer: Offer) -> str:
    pairs = [f"{name.decode()}={value.decode()}" for name, value in offer.options()]
    return ",".join(pairs) or "none"
