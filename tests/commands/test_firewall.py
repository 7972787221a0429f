"""The command firewall."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.firewalls import boot_rom, situation
from tests.support.serve import environment
from tftptui.knowledge.firewall.missing import remedies_for
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Way

Done = subprocess.CompletedProcess[str]


def tftptui(*words: str) -> Done:
    """Run the real command line."""
    return subprocess.run(
        [sys.executable, "-m", "tftptui", *words],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """The journal of the founding case, still being written."""
    path = tmp_path / "journal"
    lines = [json.dumps(line) for line in boot_rom()]
    path.write_text("\n".join([*lines, '{"t": "2026-']))
    return path


GIVEN = ("--server", "192.0.2.1", "--clients", "198.51.100.0/24")


def test_rules_go_to_standard_output() -> None:
    done = tftptui("firewall", *GIVEN, "--kind", "stateful")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ip daddr 198.51.100.0/24 udp sport 40000-40099" in done.stdout


def test_without_a_server_it_is_this_machine() -> None:
    done = tftptui("firewall", "--dialect", "iptables")
    if done.returncode:
        pytest.skip(f"no address but the loopback's: {done.stderr}")
    assert "-d 127." not in done.stdout
    assert "any IPv" in done.stdout


def test_everything_can_come_from_a_journal(journal: Path) -> None:
    done = tftptui("firewall", "--journal", str(journal), "--format", "json")
    told = json.loads(done.stdout)
    assert told["situation"]["servers"] == ["10.254.52.26"]
    assert told["situation"]["clients"] == ["10.55.32.0/24"]
    assert told["missing"] == "answers"
    assert [flow["client_tid"] for flow in told["traffic"]["flows"]] == [
        2_072,
        2_073,
        44_669,
    ]


def test_options_outrank_the_journal(journal: Path) -> None:
    words = ("--journal", str(journal), "--ports", "50000-50019", "--format", "json")
    told = json.loads(tftptui("firewall", *GIVEN, *words).stdout)
    assert told["situation"]["servers"] == ["192.0.2.1"]
    assert told["situation"]["ports"] == {"first": 50_000, "last": 50_019}


def test_the_firewall_stands_where_a_finding_says(journal: Path) -> None:
    found = {
        "event": "finding",
        "number": 1,
        "code": "server-output-blocked",
        "stands_at": "server",
    }
    lines = journal.read_text().splitlines()
    journal.write_text("\n".join([*lines[:-1], json.dumps(found)]))
    done = tftptui("firewall", "--journal", str(journal))
    assert "of the server's own host" in done.stdout
    assert "insert rule inet filter output" in done.stdout


def test_lines_that_are_of_no_journal_are_left_out_and_told(journal: Path) -> None:
    lines = journal.read_text().splitlines()
    bad = ['{"t": "2026-11-2', '"a word"', '{"event": "transfer_started"}', "\udcff"]
    whole = [*lines[:2], *bad, *lines[2:], ""]
    journal.write_text("\n".join(whole), errors="surrogateescape")
    done = tftptui("firewall", "--journal", str(journal))
    assert done.returncode == 0
    assert done.stderr == (
        f"tftptui: {journal}: skipped 5 lines that are not journal events; "
        "the first is line 3\n"
    )
    assert done.stdout.startswith("# TFTP: 10.55.32.0/24 → 10.254.52.26")


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("text", "# TFTP: 10.55.32.0/24 → 10.254.52.26"),
        ("markdown", "# Please allow TFTP: 10.55.32.0/24 → 10.254.52.26"),
        ("csv", "protocol,client,client_port,client_port_chosen_by,server"),
    ],
)
def test_forms(journal: Path, form: str, first: str) -> None:
    done = tftptui("firewall", "--journal", str(journal), "--format", form)
    assert done.stdout.startswith(first)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--server", "x"), "--server x: not an IP address"),
        (("--clients", "198.51.100.1/24"), "did you mean 198.51.100.0/24?"),
        (("--ports", "9-3"), "the first port is above the last"),
        (("--client-ports", "x"), "is not a port range"),
        (("--dialect", "windows", "--where", "between"), "--where server or client"),
        (
            ("--journal", "/nowhere/journal"),
            "cannot read the journal /nowhere/journal: No such file",
        ),
        (("--journal", __file__), "is not a tftptui journal: it has no events"),
    ],
)
def test_nonsense_ends_with_2(words: tuple[str, ...], said: str) -> None:
    done = tftptui("firewall", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_journal_without_transfers(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_text('{"event": "started"}\n')
    done = tftptui("firewall", "--journal", str(path))
    assert (done.returncode, "has no transfers" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("changes", "way", "title", "line"),
    [
        ({}, Way.HELPER, "nftables", "insert rule inet filter forward ct state"),
        ({}, Way.RANGE, "firewalld", "--new-policy tftp-to-clients"),
        ({"has_nat": True}, Way.HELPER, "ufw", "-A PREROUTING -p udp --dport 6969"),
    ],
)
def test_the_command_that_a_finding_gives_prints_the_rules(
    changes: dict[str, bool], way: Way, title: str, line: str
) -> None:
    wanted = situation(port=6_969, **changes)
    (command,) = [
        remedy.command
        for remedy in remedies_for(wanted, Part.ANSWERS, (way,))
        if remedy.platform == title
    ]
    done = tftptui(*shlex.split(command)[1:])
    assert (done.returncode, done.stderr) == (0, "")
    assert line in done.stdout
