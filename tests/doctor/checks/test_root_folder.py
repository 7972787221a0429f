"""The folder to serve: who can write uploads, and partial uploads left in it."""

import os
import time
from pathlib import Path

import pytest

from tests.support.patients import ROOT
from tftptui.doctor.checks.root_folder import check_root
from tftptui.doctor.facts import LEFT_BEHIND, PARTS, Leftover, Served
from tftptui.doctor.reading.root_folder import served_by
from tftptui.doctor.result import Mark, Result
from tftptui.files.hidden_file import PREFIX
from tftptui.settings import Settings

UPLOADS = Settings(root=ROOT, write="new")


def judged(served: Served, topic: str) -> Result:
    (found,) = [r for r in check_root(served, UPLOADS, "ann") if r.topic == topic]
    return found


def test_uploads_need_a_folder_to_write_to() -> None:
    result = judged(Served(path=ROOT), "uploads")
    assert (result.mark, result.commands) == (Mark.BAD, ("sudo chown ann /srv/tftp",))


def test_a_folder_that_uploads_can_be_put_into_is_told() -> None:
    result = judged(Served(path=ROOT, is_writable=True), "uploads")
    assert (result.mark, result.text) == (Mark.OK, "user ann can write to /srv/tftp")


def test_who_writes_where_root_starts_the_server_is_named() -> None:
    assert (
        "user tftp cannot" in judged(Served(path=ROOT, writer="tftp"), "uploads").text
    )


def left(count: int, name: str = "a") -> Served:
    paths = [f"/srv/tftp/.tftptui-{name}.{number:08x}" for number in range(count)]
    parts = tuple(Leftover(path, nbytes=512, age=7_300.0) for path in paths)
    return Served(path=ROOT, leftovers=parts)


def test_parts_of_uploads_are_named_with_what_removes_them() -> None:
    result = judged(left(1, "a b"), "leftovers")
    place = "/srv/tftp/.tftptui-a b.00000000"
    assert result.mark is Mark.WARN
    assert f"{place} (512 bytes, 2 hours old)" in result.text
    assert result.commands == (f"rm -- '{place}'",)


@pytest.mark.parametrize("served", [left(4), left(1, "\x1b[2J")])
def test_many_parts_and_odd_names_are_found_by_the_shell(served: Served) -> None:
    result = judged(served, "leftovers")
    find = "find /srv/tftp -type f -name '.tftptui-*' -mmin +60 -delete"
    assert result.commands == (find,)
    assert "\x1b" not in result.text


def test_parts_are_called_alike_everywhere() -> None:
    assert f"{PREFIX.decode()}*" == PARTS


def test_only_parts_that_grow_no_more_are_left_behind(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    old = tmp_path / "below" / ".tftptui-core.cfg.0a1b2c3d"
    for path in (old, tmp_path / ".tftptui-new.00000000", tmp_path / "other"):
        path.write_bytes(b"12345")
    then = time.time() - LEFT_BEHIND - 60  # noqa: TID251 - as the disk counts
    for path in (old, tmp_path / "other"):
        os.utime(path, (then, then))
    (part,) = served_by(Settings(root=tmp_path)).leftovers
    assert (part.path, part.nbytes) == (str(old), 5)
    assert part.age >= LEFT_BEHIND


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone becomes somebody else")
def test_what_root_may_write_its_successor_may_not(tmp_path: Path) -> None:
    served = served_by(Settings(root=tmp_path, user="nobody"))
    assert (served.writer, served.is_writable) == ("nobody", False)
    os.chown(tmp_path, 65_534, -1)
    assert served_by(Settings(root=tmp_path, user="nobody")).is_writable
