"""Invalid command lines: one sentence each, and what to type."""

import sys
from pathlib import Path

import pytest

from tftptui.cli import app, main
from tftptui.commands.usage_error import COMMANDS

WRONG = [
    ("--prot 70", "unknown option --prot; did you mean --port?"),
    ("serve -p 70", "unknown option -p; tftptui serve --help lists all options"),
    ("--port", "--port needs a value; see tftptui --help"),
    ("serve --port abc", "--port abc: needs a whole number, like --port 20"),
    ("serve --retries x", "--retries x: needs a whole number, like --retries 6"),
    ("--quarantine x", "--quarantine x: needs a number, like --quarantine 10"),
    ("serve --write yes", "--write yes: must be off, new or overwrite"),
    ("get", "SERVER is missing; see tftptui get --help"),
    ("config a b", "unexpected argument 'b'; tftptui config --help"),
    ("serve . --max-blksize 7", "max-blksize 7: must be 8 to 65464"),
    ("atach", "; did you mean the command tftptui attach?"),
    ("serve . --single-port yes", "options like --single-port take no value"),
    ("doctor --clients x", "'x' is not a network; write it like 192.0.2.0/24"),
]


@pytest.mark.parametrize(("line", "says"), WRONG, ids=[line for line, _ in WRONG])
def test_what_is_wrong_is_told_in_one_line(
    line: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(sys, "argv", ["tftptui", *line.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr().err
    assert told.startswith("tftptui: ")
    assert says in told
    assert told.count("\n") == 1
    assert ended.value.code == 2


def test_all_commands_are_known_to_whoever_mistypes_one() -> None:
    there = {name for name in app.resolved_commands() if not name.startswith("-")}
    assert there == set(COMMANDS)
