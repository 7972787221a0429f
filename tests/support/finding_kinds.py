"""All kinds of findings, by their codes."""

import importlib
import pkgutil

import tftptui.findings
from tftptui.findings.codes import Code
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind


def _declared() -> list[Kind]:
    """Return the kinds declared in the modules of findings."""
    found: dict[Kind, None] = {}
    path, name = tftptui.findings.__path__, f"{tftptui.findings.__name__}."
    for module in pkgutil.walk_packages(path, name):
        values = vars(importlib.import_module(module.name)).values()
        found |= dict.fromkeys(one for one in values if isinstance(one, Kind))
    return list(found)


DECLARED = _declared()
KINDS: dict[str, Kind] = {kind.code: kind for kind in DECLARED}


def ended(facts: Facts, code: str) -> str:
    """Return why a finding of a code is over; "" while it is not."""
    return KINDS[Code(code)].ended(facts)


def is_undecided(facts: Facts, code: str) -> bool:
    """Return whether nothing shows yet that a finding of a code is over."""
    return KINDS[Code(code)].undecided(facts)
