"""Properties of a kind of finding, declared once in its own file."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tftptui.findings.codes import Code
from tftptui.findings.facts import Facts
from tftptui.findings.helps import Row, helps_of
from tftptui.telemetry.findings import Help, Lane


class Scope(Enum):
    """Which other tries have the same cause."""

    SERVER = auto()
    """All clients."""
    PATH = auto()
    """All clients of a network; all clients if the cause is on this host."""
    FILE = auto()
    """All requests for the file."""
    CLIENT = auto()
    """The client, for any file."""
    CLIENT_AND_FILE = auto()
    """No others."""


def _nothing(_: Facts) -> str:
    return ""


def _decided(_: Facts) -> bool:
    return False


def _unchanged(_: Facts) -> Row:
    return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class Kind:
    """One kind of finding. Attributes without a default must be decided for each.

    Attributes:
        code: its name.
        scope: which other tries have the same cause.
        broken: the packets that do not arrive, for the picture; () for none.
        helps: the effect of each setting; {} if no setting matters.
        ended: returns why it is over, in words; "" while it is not.
        adjust: returns changes of ``helps`` for these facts.
        undecided: whether it stays open although no rule matches any more, because
            nothing shows that it is over.
        key_part: returns the part of the key that distinguishes causes of this kind.
        surer_than: the less certain kind of the same cause.
        is_on_disk: whether it ends with a fix of a file on the server's disk.
        ends_unrequested: whether it ends if the file is not requested for a long time.
        ends_in_time: whether it may end by time alone.
        newest_leads: whether the newest occurrence leads the report, not the most
            certain.
    """

    code: Code
    scope: Scope
    broken: tuple[Lane, ...]
    helps: Row
    ended: Callable[[Facts], str]
    adjust: Callable[[Facts], Row] = _unchanged
    undecided: Callable[[Facts], bool] = _decided
    key_part: Callable[[Facts], str] = _nothing
    surer_than: "Kind | None" = None
    is_on_disk: bool = False
    ends_unrequested: bool = False
    ends_in_time: bool = False
    newest_leads: bool = False

    def would_help(self, facts: Facts) -> tuple[Help, ...]:
        """Return which settings would help, and which would not."""
        return helps_of(self.helps | self.adjust(facts), facts)
