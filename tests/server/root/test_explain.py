"""``tftptui explain``: how a name is resolved, for people and programs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.name_tree import make_tree
from tftptui.cli import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = make_tree(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "nowhere").symlink_to("none")
    return folder


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]
Lines = Callable[..., list[str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return the command, run in this process as the program runs it."""

    def run(name: str | bytes, *words: object) -> Done:
        line = ["explain", os.fsdecode(name), *map(str, words)]
        monkeypatch.setattr(sys, "argv", ["tftptui", *line])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def lines(run: Run) -> Lines:
    """Return its output without the heading; stderr must be empty."""

    def lines(name: str | bytes, *words: object) -> list[str]:
        done = run(name, *words)
        assert done.stderr == ""
        return done.stdout.splitlines()[1:]

    return lines


def test_a_name_that_is_there(run: Run, folder: Path) -> None:
    done = run("sub/inner", folder)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        f"request for sub/inner, root {folder}",
        " 1. sub/inner: as requested",
        "    a file, 6 bytes",
        "served: sub/inner, 6 bytes",
    ]


def test_a_name_that_is_not_there(run: Run, folder: Path) -> None:
    done = run("sub/none", folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[1:] == [
        " 1. sub/none: as requested",
        "    there is no none in sub/",
        "refused with ERROR 1: file not found",
    ]


def test_a_name_that_is_nearly_there(lines: Lines, folder: Path) -> None:
    assert lines("boot/bcd", folder)[-1] == "did you mean: Boot/BCD, in another case"
    assert lines("loader", folder)[-1] == "similar: Boot/x64/loader, in another folder"


def test_every_step_up_to_the_one_that_decides(lines: Lines, folder: Path) -> None:
    assert lines("C:\\boot\\bcd", folder, "--ignore-case")[-5:] == [
        " 5. C:/boot/bcd: backslashes as slashes, ignoring case",
        "    there is no C: in the root",
        " 6. boot/bcd: without the drive letter, ignoring case",
        "    a file, 6 bytes",
        "served: Boot/BCD, 6 bytes",
    ]


@pytest.mark.parametrize(
    ("name", "found", "end"),
    [
        ("in", "link in → sub/inner: a file, 6 bytes", "served: in, 6 bytes"),
        (
            "up/secret",
            "link up → ..: outside the root, not served",
            "refused with ERROR 2: outside the root, not served",
        ),
        (
            "nowhere",
            "link nowhere → none: broken symbolic link",
            "refused with ERROR 1: broken symbolic link",
        ),
        (
            "sub",
            "that is a folder, not a file",
            "refused with ERROR 2: that is a folder, not a file",
        ),
        (
            "pipe",
            "that is a pipe, not a regular file",
            "refused with ERROR 2: that is a pipe, not a regular file",
        ),
        (
            "file/x",
            "file is a file, not a folder",
            "refused with ERROR 1: file not found",
        ),
        (
            ".tftptui-x",
            "the name is reserved for the server",
            "refused with ERROR 1: file not found",
        ),
        (
            "a" * 300,
            "the name is too long",
            "refused with ERROR 1: file not found",
        ),
    ],
)
def test_what_may_be_found(
    lines: Lines, folder: Path, name: str, found: str, end: str
) -> None:
    assert [line.strip() for line in lines(name, folder)[-2:]] == [found, end]


def test_a_link_that_turns_in_a_circle(lines: Lines, folder: Path) -> None:
    end = "the server cannot read that file: too many links"
    found, told = lines("loop", folder)[-2:]
    assert found == f"    {'link loop → loop: ' * 3}… 40 links in all: {end}"
    assert told == f"refused with ERROR 0: {end}"


def test_an_empty_name(lines: Lines, folder: Path) -> None:
    assert lines("", folder) == ["refused with ERROR 1: the request names no file"]


def test_bytes_that_are_no_text(lines: Lines, folder: Path) -> None:
    assert lines(b"file\xff", folder) == [
        r" 1. file\xff: as requested",
        r"    there is no file\xff in the root",
        " 2. file: without trailing 0xFF bytes",
        "    a file, 6 bytes",
        "served: file, 6 bytes",
    ]


def test_who_asks_decides_the_own_folder(lines: Lines, folder: Path) -> None:
    options = ("--per-client", "ip", "--client", "192.0.2.7")
    assert lines("file", folder, *options) == [
        "the client's own folder would be 192.0.2.7/",
        " 1. 192.0.2.7/file: in the client's own folder, as requested",
        "    a file, 10 bytes",
        "served: 192.0.2.7/file, 10 bytes",
    ]


def test_the_client_is_in_the_heading(run: Run, folder: Path) -> None:
    done = run("file", folder, "--client", "2001:DB8:0::7")
    assert done.stdout.startswith(f"request for file by 2001:db8::7, root {folder}\n")


def test_nobody_has_no_folder(lines: Lines, folder: Path) -> None:
    first = lines("file", folder, "--per-client", "ip")[0]
    assert first == "client folder skipped: set the client with --client ADDR"


def test_a_client_elsewhere_has_no_hardware_address(lines: Lines, folder: Path) -> None:
    first = lines("file", folder, "--per-client", "mac", "--client", "192.0.2.7")[0]
    assert first == "no client folder: the client's MAC address is unknown"


def test_rules_are_told_by_number(lines: Lines, folder: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("# rooms\n^room/=sub/\n")
    options = ("--rewrite", "^tftpboot/=", "--rewrite-file", rules)
    assert lines("tftpboot/room/inner", *options, folder) == [
        " 1. sub/inner: as requested, rewritten by rules 1 and 2",
        "    a file, 6 bytes",
        "served: sub/inner, 6 bytes",
    ]


def test_rules_that_do_not_match_are_told(lines: Lines, folder: Path) -> None:
    options = ("--rewrite", "a=b", "--rewrite", "c=d")
    assert lines("file", folder, *options)[0] == "0 of 2 rewrite rules match"


@pytest.mark.parametrize(
    ("options", "name", "end"),
    [
        ([], "new", "refused with ERROR 2: uploads are off"),
        (["--write", "new"], "sub\\new", "written to sub/new, a new file"),
        (["--write", "new"], "file", "refused with ERROR 6: file already exists"),
        (["--write", "overwrite"], "file", "overwritten: file, 6 bytes"),
        (["--write", "new"], "x/new", "refused with ERROR 1: there is no such folder"),
        (["--write", "new"], "", "refused with ERROR 2: the request names no file"),
    ],
)
def test_uploads_are_explained(
    lines: Lines, folder: Path, options: list[str], name: str, end: str
) -> None:
    assert lines(name, folder, "--upload", *options)[-1] == end


def test_an_explained_upload_writes_nothing(run: Run, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    run("new", folder, "--upload", "--write", "new")
    assert sorted(folder.rglob("*")) == before


def test_the_same_as_json(run: Run, folder: Path) -> None:
    done = run("\\sub\\inner", folder, "--json", "--client", "192.0.2.8")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "asked": "\\sub\\inner",
        "client": "192.0.2.8",
        "root": str(folder),
        "direction": "read",
        "notes": [],
        "steps": [
            {
                "name": "\\sub\\inner",
                "why": "as requested",
                "rules": [],
                "found": "there is no \\sub\\inner in the root",
                "reason": "not-found",
            },
            {
                "name": "/sub/inner",
                "why": "backslashes as slashes",
                "rules": [],
                "found": "a file, 6 bytes",
                "reason": None,
            },
        ],
        "served": "sub/inner",
        "octets": 6,
        "error_code": None,
        "reason": None,
        "message": None,
        "near": [],
    }


def test_a_refusal_as_json(run: Run, folder: Path) -> None:
    done = run("up/secret", folder, "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["served"], told["octets"]) == (1, None, None)
    assert (told["error_code"], told["reason"]) == (2, "outside-root")


@pytest.mark.parametrize(
    ("options", "trouble"),
    [
        (["--client", "here"], "'here' is not an address; write it like 192.0.2.7 or"),
        (["--rewrite", "(=x"], "rewrite rule (=x: in the pattern, missing )"),
        (["--rewrite", "x"], "rewrite rule x: there is no = between"),
        (["--rewrite-file", "/none"], "cannot read the rewrite file /none: No such"),
        (["/none"], "folder /none does not exist; to create it: mkdir"),
        (["--refuse", "speed"], "unknown TFTP option 'speed'; there are"),
    ],
)
def test_what_makes_no_sense_is_told(
    run: Run, options: list[str], trouble: str
) -> None:
    done = run("file", *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"tftptui: {trouble}")


def test_a_wrong_line_of_the_rewrite_file_is_named(run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.write_text("a=b\n[=c\n")
    done = run("file", "--rewrite-file", rules)
    assert done.stderr.startswith(f"tftptui: {rules}, line 2: rewrite rule [=c: in the")


def test_bytes_that_are_no_text_reach_the_program(folder: Path) -> None:
    """Raw bytes in arguments and output can only be tested in a process."""
    command = [sys.executable, "-P", "-m", "tftptui", "explain"]
    name = b"file\xff"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    done = subprocess.run(
        [*command, name, folder], capture_output=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines()[1] == rb" 1. file\xff: as requested"
