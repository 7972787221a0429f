"""Changes of this host are recorded before they are made, and undone."""

import fcntl
import os
from collections.abc import Sequence
from ipaddress import IPv4Interface
from pathlib import Path

import msgspec
import pytest

from tftptui.cable.host_changes import (
    Change,
    ChangeError,
    HostChanges,
    address_added,
    link_set_up,
    this_namespace,
    undo_left,
)
from tftptui.cable.ip_program import IpError

ADDRESS = address_added("eth1", IPv4Interface("192.168.69.1/24"))
UP = link_set_up("eth1")


class Machine:
    """A fake of ``ip``: records commands, and the file on disk at that moment."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.written: list[str] = []
        self.error = ""
        self._folder = folder

    def run(self, arguments: Sequence[str]) -> None:
        self.told.append(" ".join(arguments))
        self.written += [one.read_text() for one in self._folder.iterdir()]
        if self.error:
            raise IpError(self.error)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def left_by_a_killed(folder: Path, *changes: Change, namespace: int = 0) -> Path:
    """Record the changes of a process that no longer exists."""
    namespace = namespace or this_namespace()
    path = folder / "host-changes-1234567.jsonl"
    lines = [msgspec.structs.replace(one, namespace=namespace) for one in changes]
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in lines))
    return path


def test_a_change_is_on_the_disk_before_it_is_made(
    machine: Machine, tmp_path: Path
) -> None:
    changes = HostChanges(tmp_path, machine.run)
    changes.make(ADDRESS)
    assert machine.told == ["address add 192.168.69.1/24 dev eth1"]
    assert "192.168.69.1/24" in machine.written[0]
    changes.undo()


def test_all_is_undone_the_latest_first_and_nothing_is_left(
    machine: Machine, tmp_path: Path
) -> None:
    changes = HostChanges(tmp_path, machine.run)
    changes.make(UP)
    changes.make(ADDRESS)
    assert changes.undo() == ["removed 192.168.69.1/24 from eth1", "set eth1 down"]
    assert machine.told[2:] == [
        "address del 192.168.69.1/24 dev eth1",
        "link set eth1 down",
    ]
    assert list(tmp_path.iterdir()) == []


def test_a_change_that_fails_is_not_undone_later(
    machine: Machine, tmp_path: Path
) -> None:
    # An address that existed before must stay.
    machine.error = "RTNETLINK answers: File exists"
    changes = HostChanges(tmp_path, machine.run)
    with pytest.raises(ChangeError, match="File exists"):
        changes.make(ADDRESS)
    machine.error = ""
    assert changes.undo() == []
    assert len(machine.told) == 1


def test_what_a_killed_process_left_is_undone_and_told(
    machine: Machine, tmp_path: Path
) -> None:
    left_by_a_killed(tmp_path, UP, ADDRESS)
    told = [one.text for one in undo_left([tmp_path], machine.run)]
    assert told == ["removed 192.168.69.1/24 from eth1", "set eth1 down"]
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_already_is_no_failure(machine: Machine, tmp_path: Path) -> None:
    left_by_a_killed(tmp_path, ADDRESS)
    machine.error = "RTNETLINK answers: Cannot assign requested address"
    (one,) = undo_left([tmp_path], machine.run)
    assert (one.text, one.is_failed) == (
        "added 192.168.69.1/24 to eth1: already gone",
        False,
    )
    assert list(tmp_path.iterdir()) == []


def test_what_may_not_be_undone_stays_written_down_with_the_command(
    machine: Machine, tmp_path: Path
) -> None:
    path = left_by_a_killed(tmp_path, ADDRESS)
    machine.error = "RTNETLINK answers: Operation not permitted"
    (one,) = undo_left([tmp_path], machine.run)
    assert one.is_failed
    assert one.commands == ("sudo ip address del 192.168.69.1/24 dev eth1",)
    assert path.exists()


def test_changes_of_a_living_process_are_left_alone(
    machine: Machine, tmp_path: Path
) -> None:
    path = left_by_a_killed(tmp_path, ADDRESS)
    with path.open("rb") as living:
        fcntl.flock(living, fcntl.LOCK_EX)
        (one,) = undo_left([tmp_path], machine.run)
    assert "a running tftptui (process 1234567)" in one.text
    assert machine.told == []


def test_another_namespaces_interface_of_that_name_is_left_alone(
    machine: Machine, tmp_path: Path
) -> None:
    path = left_by_a_killed(tmp_path, ADDRESS, namespace=1)
    (one,) = undo_left([tmp_path], machine.run)
    assert one.is_failed
    assert (machine.told, path.exists()) == ([], True)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user")
def test_a_file_that_another_user_put_there_is_ignored(
    machine: Machine, tmp_path: Path
) -> None:
    path = left_by_a_killed(tmp_path, ADDRESS)
    os.chown(path, 65_534, 65_534)
    (one,) = undo_left([tmp_path], machine.run)
    assert "another user's: ignored" in one.text
    assert machine.told == []


def test_a_line_that_a_full_disk_cut_is_skipped(
    machine: Machine, tmp_path: Path
) -> None:
    path = left_by_a_killed(tmp_path, ADDRESS)
    path.write_bytes(path.read_bytes() + b'{"interface":"eth')
    (one,) = undo_left([tmp_path], machine.run)
    assert one.text == "removed 192.168.69.1/24 from eth1"
