"""Refuse a release whose tag, version, changelog or address disagree.

    python tools/check_release.py v0.1.0 OWNER/REPOSITORY

Needs nothing but Python. Ends with 1 and a line for each thing to mend.
"""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def version() -> str:
    """Return the version, from the one place where it is written."""
    text = (CHECKOUT / "tftptui" / "__init__.py").read_text("utf-8")
    found = re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)
    return found[1] if found else ""


def mistakes(tag: str, repository: str) -> Iterator[str]:
    """Yield what has to be mended before TAG of REPOSITORY may be published."""
    ours = version()
    if tag != f"v{ours}":
        yield f"the tag is {tag}, tftptui/__init__.py says {ours}"
    changes = (CHECKOUT / "CHANGELOG.md").read_text("utf-8")
    heading = rf"^## \[{re.escape(ours)}\] - \d{{4}}-\d\d-\d\d$"
    if not re.search(heading, changes, re.MULTILINE):
        yield f"CHANGELOG.md has no heading like ## [{ours}] - 2026-01-31"
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
    for name, url in project["project"]["urls"].items():
        if f"/{repository}/" not in f"{url}/":
            yield f"pyproject.toml: {name} is {url}, not a page of {repository}"


def main() -> int:
    """Print what is wrong; return the exit status."""
    found = list(mistakes(*sys.argv[1:3]))
    print("\n".join(found) or f"{sys.argv[1]} may be published")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
