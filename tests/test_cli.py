"""The command line as a whole."""

import importlib
import inspect
import platform
import subprocess
import sys

import pytest

import tftptui
from tftptui.commands.help_text import EXAMPLES
from tftptui.commands.usage_error import COMMANDS

LAZY = {
    **{name: name for name in ("analyze", "demo", "probe", "firewall", "wire")},
    **dict.fromkeys(("get", "put"), "client"),
}


def _run(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def help_text() -> str:
    return _run(
        "import os, sys; os.environ['COLUMNS'] = '80'; sys.argv[1:] = ['--help']; "
        "from tftptui.cli import main; main()"
    )


@pytest.mark.parametrize(("name", "module"), LAZY.items())
def test_help_tells_a_command_by_the_first_line_of_its_own(
    name: str, module: str, help_text: str
) -> None:
    command = getattr(importlib.import_module(f"tftptui.commands.{module}"), name)
    first_line = (inspect.getdoc(command) or "").splitlines()[0].rstrip(".")
    assert first_line in " ".join(help_text.split())


def test_help_fits_two_screens_with_one_line_for_each_option(help_text: str) -> None:
    lines = help_text.splitlines()
    assert len(lines) <= 80
    assert all(len(line) <= 80 for line in lines)
    heads = [line for line in lines if line and not line.startswith((" ", "Usage"))]
    assert heads[1:] == [
        *("Commands", "Arguments", "Network", "Files and uploads", "Limits", "Timing"),
        *("Capture and logging", "Screen", "General", "Examples:"),
    ]
    between = lines[lines.index("Network") : lines.index("Examples:")]
    assert all(line.startswith("  --") for line in between if line[:1] == " ")


def test_each_command_ends_with_examples() -> None:
    assert EXAMPLES.keys() == {"", *COMMANDS}
    shown = _run(
        "import sys; sys.argv[1:] = ['probe', '--help']; "
        "from tftptui.cli import main; main()"
    )
    assert shown.rstrip().endswith(EXAMPLES["probe"].splitlines()[-1])


def test_a_screen_begins_without_the_server_and_the_commands_it_does_not_need() -> None:
    code = (
        "import sys, tftptui.cli, tftptui.ui.app, tftptui.engine.holders.child, "
        "tftptui.engine.holders.rights; print(*sys.modules)"
    )
    loaded = set(_run(code).split())
    slow = {
        "tftptui.server.service",
        "tftptui.engine.engine",
        "tftptui.doctor.checks.all_checks",
        "tftptui.commands.client",
    }
    assert not loaded & slow


@pytest.mark.parametrize("line", ["demo --list", "config --write", "--help"])
def test_a_reader_who_has_had_enough_is_no_error(line: str) -> None:
    command = [sys.executable, "-m", "tftptui", *line.split()]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as program:
        assert program.stdout
        assert program.stderr
        program.stdout.close()
        assert program.stderr.read() == b""
    assert program.returncode > 0


@pytest.mark.parametrize("module", ["cyclopts", "msgspec", "tftptui.cli"])
def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(module: str) -> None:
    # The signal arrives while that module is searched.
    program = (
        "import os, signal, sys\n"
        "class At:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, At())\n"
        "from tftptui.__main__ import main\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=60
    )
    assert (run.returncode, run.stderr) == (130, b"")


def test_version_with_verbose_has_what_a_report_needs_and_no_name_of_the_host() -> None:
    command = [sys.executable, "-m", "tftptui", "--version", "--verbose"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    subjects = [line.split()[0] for line in said.splitlines()]
    assert subjects == [
        *("tftptui", "Python", "libraries", "system", "GSO", "watcher", "terminal"),
    ]
    assert tftptui.__version__ in said
    assert platform.node() not in said
