"""Whom trials asked for what, and what of them is said in several findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import counted, joined, port_word, url


@dataclass(frozen=True, slots=True)
class HostRules:
    """What our own host's packet filter does to answers, by our port.

    Attributes:
        trouble: why its rules are not known; "" where they were read.
        stops: the rule that stops answers to a port, whatever port they come from.
        doubts: what it depends on, where that is unknown for a port.
    """

    trouble: str = ""
    stops: Mapping[int, str] = field(default_factory=dict)
    doubts: Mapping[int, str] = field(default_factory=dict)

    def spare(self, ports: Sequence[int]) -> bool:
        """Whether they were read and let answers in to each of these ports."""
        closed = self.stops.keys() | self.doubts.keys()
        return not self.trouble and closed.isdisjoint(ports)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what the trials asked for.

    Attributes:
        own: our address towards the server; "" if it is not known.
        rules: of our own host, as far as they are known.
    """

    server: str
    port: int
    file: str
    own: str = ""
    rules: HostRules = HostRules(trouble="its rules were not read")

    @property
    def place(self) -> str:
        """Where that is, safe to paste into a shell."""
        return url(self.server, self.port, self.file)

    def fetch(self, *words: str) -> str:
        """Return the command that fetches it once and keeps nothing."""
        return " ".join(("curl -m 20", *words, self.place, "-o /dev/null"))

    def fetch_from(self, *ports: int) -> str:
        """Return the commands that fetch it from some of our ports."""
        return "; ".join(self.fetch(f"--local-port {port}") for port in ports)


def ports_of(trials: Sequence[Trial]) -> list[int]:
    """Return our ports, each once, in order."""
    return sorted({one.port for one in trials})


def seen(trials: Sequence[Trial], what: str) -> Evidence:
    """Return what some trials came to, as a row."""
    count = counted(len(trials), "trial")
    return Evidence(text=f"{count} from {port_word(ports_of(trials))}: {what}")


def sizes_word(trials: Sequence[Trial]) -> str:
    """Return the block sizes that were agreed."""
    sizes = sorted({one.block_size for one in trials if one.block_size})
    return f"blksize {joined([str(size) for size in sizes])}"


def options_of(trial: Trial, *, agreed: bool = False) -> dict[str, str]:
    """Return what a trial asked for, or was granted, by name; empty for no options."""
    told = trial.agreed if agreed else trial.options
    return dict(part.split("=", 1) for part in told.split())


def options_word(trial: Trial) -> str:
    """Return the options of a trial as people type them."""
    return trial.options.replace(" ", ",") or "none"
