"""Man pages and completion, both generated from the table of commands."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.serve import CHECKOUT, environment
from tftptui.commands.completers import local_files
from tftptui.commands.usage_error import COMMANDS

NEEDS_MAN = pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")


class Word:
    """A completion item of cyclopts."""

    def __init__(self, incomplete: str) -> None:
        self.incomplete = incomplete


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    place = CHECKOUT / "tools" / "make_man_pages.py"
    spec = importlib.util.spec_from_file_location("make_man_pages", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _run(*words: str, home: Path | None = None) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "tftptui", *words],
        env=environment() | ({"HOME": str(home), "SHELL": "/bin/bash"} if home else {}),
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout


def test_each_command_has_a_page_with_all_its_options(tool: ModuleType) -> None:
    pages = tool.pages()
    names = {f"tftptui-{name}.1" for name in COMMANDS}
    assert set(pages) == names | {"tftptui.1"}
    for option in ("write", "max-blksize", "control"):
        roff = option.replace("-", r"\-")
        assert rf"\fB\-\-{roff}\fR" in pages["tftptui-serve.1"]


def test_each_page_has_exit_status_environment_and_files(tool: ModuleType) -> None:
    for page in tool.pages().values():
        assert ".SH EXIT STATUS" in page
        assert r"\fBLISTEN_FDS, LISTEN_PID\fR" in page
        assert r"\fB/etc/tftptui.toml\fR" in page


@NEEDS_MAN
def test_man_has_nothing_to_say_against_a_page(
    tool: ModuleType, tmp_path: Path
) -> None:
    for name in ("tftptui.1", "tftptui-serve.1"):
        (tmp_path / name).write_text(tool.pages()[name])
        man = ("man", "--warnings", "-l", str(tmp_path / name))
        shown = subprocess.run(
            man,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "MANWIDTH": "80"},
        )
        assert shown.stderr == ""


def test_bash_completes_commands_scenarios_and_files(tmp_path: Path) -> None:
    script = tmp_path / "completion"
    script.write_text(_run("completion", "bash"))
    program = tmp_path / "tftptui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tftptui "$@"\n')
    program.chmod(0o755)
    (tmp_path / "core.cfg").touch()
    for words, expected in (
        (["de"], "demo"),
        (["demo", "pxe"], "pxe-2072"),
        (["put", "host", "co"], "core.cfg"),
        (["serve", "--wr"], "--write"),
    ):
        typed = " ".join(f"'{word}'" for word in ["tftptui", *words])
        ask = (
            f". {script}; COMP_WORDS=({typed}); COMP_CWORD={len(words)}; "
            '_tftptui; printf "%s\\n" "${COMPREPLY[@]}"'
        )
        path = f"{tmp_path}:{os.environ['PATH']}"
        run = subprocess.run(
            ["/bin/bash", "-c", ask],
            env=environment() | {"PATH": path},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert expected in run.stdout.split(), (words, run.stdout, run.stderr)


def test_completion_is_installed_for_the_shell_named_and_says_where(
    tmp_path: Path,
) -> None:
    said = _run("completion", "install", "bash", home=tmp_path)
    place = tmp_path / ".local/share/bash-completion/completions/tftptui"
    assert str(place) in said
    assert place.exists()
    assert str(place) in (tmp_path / ".bashrc").read_text()


def test_files_are_completed_as_a_shell_would(tmp_path: Path) -> None:
    (tmp_path / "fw").mkdir()
    (tmp_path / "fw" / "a.bin").touch()
    (tmp_path / ".hidden").touch()
    at = f"{tmp_path}/"
    assert local_files(Word(at)) == [f"{at}fw/"]
    assert local_files(Word(f"{at}.h")) == [f"{at}.hidden"]
    assert local_files(Word(f"{at}fw/a")) == [f"{at}fw/a.bin"]
    assert local_files(Word(f"{at}missing/x")) == []
