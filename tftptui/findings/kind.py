"""What is the same for all findings of one code, declared once in its own file."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from tftptui.findings.codes import Code
from tftptui.findings.facts import Facts
from tftptui.findings.helps import Row, helps_of
from tftptui.telemetry.findings import Help, Lane


class Scope(Enum):
    """Whom else the same cause touches."""

    SERVER = auto()
    """All clients."""
    PATH = auto()
    """All clients of a network; all clients where it is this host's own doing."""
    FILE = auto()
    """All that request the file."""
    CLIENT = auto()
    """The client, whatever it requests."""
    CLIENT_AND_FILE = auto()
    """Nobody else."""


def _nothing(_: Facts) -> str:
    return ""


def _decided(_: Facts) -> bool:
    return False


def _unchanged(_: Facts) -> Row:
    return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class Kind:
    """One kind of finding. What has no default has to be decided for each.

    Attributes:
        code: its name.
        scope: whom else the same cause touches.
        broken: what of the exchange does not arrive, for the picture; () for none.
        helps: would it help to turn a knob? {} where no knob has to do with it.
        ended: returns why it holds no longer, in words; "" while it does.
        adjust: returns what of ``helps`` is different with these facts.
        undecided: whether nothing has shown yet that it is over, though no rule says
            it any more.
        told_apart: returns what makes two findings of this kind two causes.
        surer_than: the kind that is the same cause, less well known.
        is_on_disk: whether it ends when somebody mends a file on the server's disk.
        ends_unasked: whether it ends when nobody has asked for a long time.
        ends_in_time: whether time alone may end it.
        newest_leads: whether the newest occurrence tells most, not the surest.
    """

    code: Code
    scope: Scope
    broken: tuple[Lane, ...]
    helps: Row
    ended: Callable[[Facts], str]
    adjust: Callable[[Facts], Row] = _unchanged
    undecided: Callable[[Facts], bool] = _decided
    told_apart: Callable[[Facts], str] = _nothing
    surer_than: "Kind | None" = None
    is_on_disk: bool = False
    ends_unasked: bool = False
    ends_in_time: bool = False
    newest_leads: bool = False

    def would_help(self, facts: Facts) -> tuple[Help, ...]:
        """Return which knobs would change it, and which not."""
        return helps_of(self.helps | self.adjust(facts), facts)
