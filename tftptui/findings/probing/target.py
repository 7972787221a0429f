"""The target of trials, and texts shared by several findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import counted, joined, port_word, url


@dataclass(frozen=True, slots=True)
class HostRules:
    """The effect of our own host's packet filter on replies, by our port.

    Attributes:
        trouble: why its rules are not known; "" if they were read.
        stops: the rule that drops replies to a port, regardless of their source port.
        doubts: the unknown condition for a port, if there is one.
    """

    trouble: str = ""
    stops: Mapping[int, str] = field(default_factory=dict)
    doubts: Mapping[int, str] = field(default_factory=dict)

    def spare(self, ports: Sequence[int]) -> bool:
        """Return whether the rules are known and allow replies to these ports."""
        closed = self.stops.keys() | self.doubts.keys()
        return not self.trouble and closed.isdisjoint(ports)


@dataclass(frozen=True, slots=True)
class Target:
    """The server and the file of the trials.

    Attributes:
        own: our address towards the server; "" if not known.
        rules: of our own host, as far as known.
    """

    server: str
    port: int
    file: str
    own: str = ""
    rules: HostRules = HostRules(trouble="run the probe with sudo")

    @property
    def place(self) -> str:
        """The URL, safe to paste into a shell."""
        return url(self.server, self.port, self.file)

    def fetch(self, *words: str) -> str:
        """Return the command that fetches it once and discards it."""
        return " ".join(("curl -m 20", *words, self.place, "-o /dev/null"))

    def fetch_from(self, *ports: int) -> str:
        """Return the commands that fetch it from some of our ports."""
        return "; ".join(self.fetch(f"--local-port {port}") for port in ports)


def ports_of(trials: Sequence[Trial]) -> list[int]:
    """Return our ports, without duplicates, in order."""
    return sorted({one.port for one in trials})


def seen(trials: Sequence[Trial], what: str) -> Evidence:
    """Return the result of some trials, as a row of evidence."""
    count = counted(len(trials), "trial")
    return Evidence(text=f"{count} from {port_word(ports_of(trials))}: {what}")


def sizes_word(trials: Sequence[Trial]) -> str:
    """Return the block sizes that were agreed."""
    sizes = sorted({one.block_size for one in trials if one.block_size})
    return f"blksize {joined([str(size) for size in sizes])}"


def options_of(trial: Trial, *, agreed: bool = False) -> dict[str, str]:
    """Return the requested or agreed options of a trial by name; empty for none."""
    options = trial.agreed if agreed else trial.options
    return dict(part.split("=", 1) for part in options.split())


def options_word(trial: Trial) -> str:
    """Return the options of a trial as typed on a command line."""
    return trial.options.replace(" ", ",") or "none"
