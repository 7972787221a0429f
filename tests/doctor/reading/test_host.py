"""The doctor's facts about this host, as read by ``tftptui doctor``."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.port_holder import holder
from tests.support.serve import Serve, environment
from tftptui.doctor.reading.host import read_facts, runs_tftptui
from tftptui.doctor.reading.programs import printed
from tftptui.settings import Settings

TOPICS = {"bind", "root", "descriptors", "clock", "terminal"}


def doctor(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tftptui", "doctor", *words],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )


def test_json_is_one_object_and_says_the_exit_status(tmp_path: Path) -> None:
    done = doctor(str(tmp_path), "--json", "--port", "0")
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (told["status"], "")
    assert {result["topic"] for result in told["results"]} >= TOPICS


def test_text_says_the_same(tmp_path: Path) -> None:
    done = doctor(str(tmp_path), "--port", "0")
    assert done.stdout.startswith("ok    bind        ")
    assert str(tmp_path) in "".join(done.stdout.split())  # it may be longer than a line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--clients", "10.0.0.1/8"), "did you mean 10.0.0.0/8?"),
        (("/no/such/folder",), "does not exist; to create it"),
        (("--ports", "9-3"), "the first port is above the last"),
    ],
)
def test_nonsense_is_named(words: tuple[str, ...], said: str) -> None:
    done = doctor(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_whoever_holds_the_port_is_named(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, listen=("127.0.0.1",))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        facts = read_facts(settings, sock.getsockname()[1])
    assert facts.bind_errno is not None
    assert os.getpid() in [holder.pid for holder in facts.holders]


@pytest.mark.net
def test_a_server_of_ours_is_known(tmp_path: Path) -> None:
    with Serve(tmp_path) as server:
        port = server.at.port
        done = doctor(str(tmp_path), "--listen", "127.0.0.1", "--port", str(port))
    assert f"ok    holder      tftptui already serves on UDP port {port}" in done.stdout
    told = " ".join(done.stdout.split())
    assert f"(pid {server.process.pid}): tftptui attach" in told


@pytest.mark.parametrize(
    ("command", "is_ours"),
    [
        ("/usr/bin/tftptui serve /srv", True),
        ("/usr/bin/python3.11 /home/a/bin/tftptui /srv", True),
        ("python3 -m tftptui serve", True),
        ("/usr/bin/python3 -P -m tftptui.engine.holders.host 7", True),
        ("python3 -m http.server tftptui", False),
        ("/usr/sbin/in.tftpd -l /srv/tftptui", False),
        ("python3 -m", False),
        ("", False),
    ],
)
def test_our_own_programs_are_known_by_their_command(
    command: str, *, is_ours: bool
) -> None:
    assert runs_tftptui(command.split()) is is_ours


def test_another_program_is_none_of_ours(tmp_path: Path) -> None:
    with holder() as (port, pid):
        (held,) = read_facts(Settings(root=tmp_path), port).holders
    assert (held.pid, held.is_tftptui) == (pid, False)


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    facts = read_facts(Settings(root=tmp_path / "gone"), 0)
    assert facts.served.trouble == "No such file or directory"


def test_folders_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert read_facts(Settings(root=tmp_path), 0).served.folders == 3


def test_a_program_that_is_missing_or_fails() -> None:
    assert printed("no-such-program").is_missing
    failed = printed("sh", "-c", "echo no >&2; exit 3")
    assert (failed.text, failed.trouble) == ("", "no")
    assert printed("sh", "-c", "echo yes").text == "yes\n"


def test_a_link_that_leads_astray_is_no_matter_of_rights(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "file").write_bytes(b"x")
    (tmp_path / "outside").write_bytes(b"x")
    (root / "good").symlink_to("file")
    (root / "sub" / "up").symlink_to("../file")
    (root / "gone").symlink_to("nowhere")
    (root / "out").symlink_to("../outside")
    (root / "circle").symlink_to("circle")
    served = read_facts(Settings(root=root), 0).served
    assert sorted(served.astray) == [
        "circle → circle",
        "gone → nowhere",
        "out → ../outside",
    ]
    assert served.unreadable == ()
