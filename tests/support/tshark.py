"""tshark's analysis of a capture."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PATIENCE = 60.0
WARNINGS = "_ws.expert.severity >= 0x00600000"
"""Expert items of severity Warn or above; a comment is an item of lower severity."""

_CHECKED = [*("-o", "udp.check_checksum:TRUE"), *("-o", "ip.check_checksum:TRUE")]


def require_tshark() -> None:
    """Skip the test if tshark is missing; in CI that is a failure."""
    if shutil.which("tshark") is not None:
        return
    words = "tshark is not installed: apt install tshark"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def dissect(capture: Path, wanted: str, *fields: str) -> list[list[str]]:
    """Return FIELDS of each packet that matches the display filter WANTED."""
    command = ["tshark", "-n", "-r", str(capture), *_CHECKED, "-Y", wanted]
    command += ["-T", "fields", *(part for field in fields for part in ("-e", field))]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return [line.split("\t") for line in done.stdout.splitlines()]


def troubles(capture: Path) -> list[list[str]]:
    """Return number and text of tshark's warnings, except about ERROR packets."""
    return dissect(
        capture,
        f"{WARNINGS} and not tftp.opcode == 5",
        "frame.number",
        "_ws.expert.message",
    )
