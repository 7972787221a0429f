"""No request, rule or link can reach anything outside the root."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.name_tree import INSIDE, OWN, make_tree, opened
from tftptui.server.root.explain import explain_read, explain_write
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.telemetry.escapes import visible

ROOT_STEPS = (
    b"..", b".", b"", b"root", b"secret", b"file", b"sub", b"inner", b"in", b"up",
    b"abs", b"absin", b"loop", b"Boot", b"BOOT", b"bcd", b"C:", b"case",
    b"192.0.2.7", b"out", b"etc", b"passwd", b"file\xff", b".tftptui-x",
)  # fmt: skip
ASKED = st.one_of(
    st.binary(max_size=30).filter(lambda name: 0 not in name),
    st.lists(st.sampled_from(ROOT_STEPS), max_size=8).flatmap(
        lambda steps: st.sampled_from([b"/", b"\\", b"//"]).map(
            lambda slash: slash.join(steps)
        )
    ),
)
RULES = st.sampled_from(
    [(), ("^file=../secret",), ("^(.*)$=sub/up/\\1",), ("in=..", "sub=/")]
)
CLIENTS = st.sampled_from(["", OWN, "192.0.2.8", "..", "sub"])


@pytest.fixture(scope="module")
def shared_tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as above:
        yield make_tree(Path(above).resolve())


def outcome(root: Root, asked: bytes, client: str) -> tuple[object, ...]:
    """Return the server's result: name, bytes, or code, reason, text of an ERROR."""
    try:
        file = root.open(asked, client)
    except RootError as error:
        return None, None, error.code, error.reason, error.text
    os.close(file.descriptor)
    return visible(file.name), file.size, None, None, None


def upload_outcome(root: Root, asked: bytes, client: str) -> tuple[object, ...]:
    """Return the result of an upload: name, whether it exists, or reason, text."""
    try:
        place = root.reach_new(asked, client)
    except RootError as error:
        return None, False, error.reason, error.text
    os.close(place.folder)
    return visible(place.name), place.is_there, None, None


@given(asked=ASKED, rules=RULES, client=CLIENTS, ignore_case=st.booleans())
def test_no_name_ever_leads_outside(
    shared_tree: Path,
    asked: bytes,
    rules: tuple[str, ...],
    client: str,
    *,
    ignore_case: bool,
) -> None:
    with opened(shared_tree, *rules, ignore_case=ignore_case) as root:
        try:
            file = root.open(asked, client)
        except RootError:
            return
        where = Path(f"/proc/self/fd/{file.descriptor}").resolve()
        content = os.read(file.descriptor, 100)
        os.close(file.descriptor)
    assert where.is_relative_to(shared_tree)
    assert INSIDE in content


@given(asked=ASKED, rules=RULES, client=CLIENTS, ignore_case=st.booleans())
def test_no_upload_ever_goes_outside(
    shared_tree: Path,
    asked: bytes,
    rules: tuple[str, ...],
    client: str,
    *,
    ignore_case: bool,
) -> None:
    with opened(shared_tree, *rules, ignore_case=ignore_case) as root:
        try:
            place = root.reach_new(asked, client)
        except RootError:
            return
        where = Path(f"/proc/self/fd/{place.folder}").resolve()
        os.close(place.folder)
    assert where.is_relative_to(shared_tree)
    assert place.part not in (b"", b".", b"..")
    assert b"/" not in place.part


@given(asked=ASKED, rules=RULES, client=CLIENTS, ignore_case=st.booleans())
def test_what_is_explained_is_what_happens(
    shared_tree: Path,
    asked: bytes,
    rules: tuple[str, ...],
    client: str,
    *,
    ignore_case: bool,
) -> None:
    with opened(shared_tree, *rules, ignore_case=ignore_case) as root:
        told = explain_read(root, asked, client)
        happened = outcome(root, asked, client)
    said = (told.served, told.nbytes, told.error_code, told.reason, told.message)
    assert said == happened


@given(asked=ASKED, rules=RULES, client=CLIENTS, ignore_case=st.booleans())
def test_what_is_explained_of_an_upload_is_what_happens(
    shared_tree: Path,
    asked: bytes,
    rules: tuple[str, ...],
    client: str,
    *,
    ignore_case: bool,
) -> None:
    with opened(shared_tree, *rules, ignore_case=ignore_case) as root:
        told = explain_write(root, asked, client, "overwrite")
        happened = upload_outcome(root, asked, client)
    said = (told.served, told.nbytes is not None, told.reason, told.message)
    assert said == happened


COUNTING = """
import os, sys
from pathlib import Path
from tftptui.server.root.root import Root

root = Root(Path(sys.argv[1]))
calls = []
sys.addaudithook(lambda event, of: calls.append((event, str(of[0]))))
os.close(root.open(b"sub/inner").descriptor)
print(*[f"{event} {of}" for event, of in calls if event.startswith("o")], sep=chr(10))
"""


def test_a_plain_name_that_exists_costs_two_opens_and_no_listing(
    tmp_path: Path,
) -> None:
    """One for each folder, and one to read; an audit hook can't be removed again."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTING, str(make_tree(tmp_path))],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    steps = ["open b'sub'", "open b'inner'"]
    assert done.stdout.splitlines() == steps
