"""Imports point downward, in the sources and in a running interpreter."""

import os
import subprocess
import sys
from pathlib import Path

import tftptui

CHECKOUT = Path(tftptui.__file__).parent.parent

WORLDLY = {"asyncio", "logging", "mmap", "selectors", "socket", "ssl", "subprocess"}
DRAWING = {"rich", "textual"}


def _loaded_by(*modules: str) -> set[str]:
    """Return the top-level modules loaded by imports in a new interpreter."""
    script = (
        "import importlib, pkgutil, sys\n"
        f"for module in {modules!r}:\n"
        "    package = importlib.import_module(module)\n"
        "    paths = getattr(package, '__path__', [])\n"
        "    for found in pkgutil.walk_packages(paths, package.__name__ + '.'):\n"
        "        importlib.import_module(found.name)\n"
        "print(*{name.partition('.')[0] for name in sys.modules})\n"
    )
    command = [sys.executable, "-s", "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, cwd="/"
    )
    return set(done.stdout.split())


def test_import_contracts_are_kept() -> None:
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command",
    ]
    command[-1] += "; lint_imports_command(['--no-cache'])"
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=CHECKOUT, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_protocol_loads_no_socket_and_no_loop() -> None:
    assert _loaded_by("tftptui.protocol") & WORLDLY == set()


HEADLESS = (
    "tftptui.protocol",
    "tftptui.settings",
    "tftptui.telemetry",
    "tftptui.knowledge",
    "tftptui.findings",
    "tftptui.files",
    "tftptui.net",
    "tftptui.server",
    "tftptui.client",
    "tftptui.engine",
    "tftptui.demo",
    "tftptui.doctor",
)


def test_headless_packages_load_nothing_that_draws() -> None:
    """One process imports all: modules stay loaded."""
    assert _loaded_by(*HEADLESS) & DRAWING == set()


def test_import_really_loads_every_module() -> None:
    # Without this the tests above could pass because nothing was imported.
    assert "socket" in _loaded_by("tftptui.server")
    assert "textual" in _loaded_by("tftptui.ui")
