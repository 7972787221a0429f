"""The commands get and put."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve, environment
from tftptui.client.server_address import parse_place
from tftptui.commands.client import (
    ClientOptions,
    order_to_get,
    order_to_put,
)
from tftptui.commands.usage_error import UsageError
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import Mode
from tftptui.settings import PortRange

PLAIN = ClientOptions()
Done = subprocess.CompletedProcess[bytes]
Tftp = Callable[..., Done]


class TestGet:
    @pytest.mark.parametrize(
        ("words", "file", "local"),
        [
            (("host", "boot.img", None), b"boot.img", "boot.img"),
            (("host", "a/b/boot.img", None), b"a/b/boot.img", "boot.img"),
            (("host", "a\\boot.img", None), b"a\\boot.img", "boot.img"),
            (("host", "boot.img", "x"), b"boot.img", "x"),
            (("host", "boot.img", "-"), b"boot.img", "-"),
            (("host", "boot.img", "/usr"), b"boot.img", "/usr/boot.img"),
            (("tftp://host/a/b", None, None), b"a/b", "b"),
            (("tftp://host/a/b", "x", None), b"a/b", "x"),
        ],
    )
    def test_names(
        self, words: tuple[str, str | None, str | None], file: bytes, local: str
    ) -> None:
        order = order_to_get(*words, PLAIN)
        assert (order.file, order.local, order.is_write) == (file, local, False)

    @pytest.mark.parametrize(
        "words",
        [
            ("host", None, None),
            ("host", "folder/", None),
            ("host", "..", None),
            ("host", "", None),
            ("tftp://host/a", "b", "c"),
        ],
    )
    def test_names_that_make_no_sense(
        self, words: tuple[str, str | None, str | None]
    ) -> None:
        with pytest.raises(UsageError):
            order_to_get(*words, PLAIN)


class TestPut:
    @pytest.mark.parametrize(
        ("words", "file"),
        [
            (("host", "a/boot.img", None), b"boot.img"),
            (("host", "boot.img", "a/b"), b"a/b"),
            (("host", "-", "a"), b"a"),
            (("tftp://host/a/b", "boot.img", None), b"a/b"),
        ],
    )
    def test_names(self, words: tuple[str, str, str | None], file: bytes) -> None:
        order = order_to_put(*words, PLAIN)
        assert (order.file, order.local, order.is_write) == (file, words[1], True)

    @pytest.mark.parametrize(
        "words", [("host", "-", None), ("tftp://host/a", "b", "c"), ("host", "b", "")]
    )
    def test_names_that_make_no_sense(self, words: tuple[str, str, str | None]) -> None:
        with pytest.raises(UsageError):
            order_to_put(*words, PLAIN)


class TestOptions:
    def test_defaults(self) -> None:
        assert PLAIN.offer() == Offer(total_size=0, block_size=1_428, window=16)

    def test_window_of_1_is_not_asked_for(self) -> None:
        assert ClientOptions(windowsize=1).offer().window is None

    def test_none_at_all(self) -> None:
        assert ClientOptions(no_options=True, timeout=5).offer() == Offer()

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (ClientOptions(blksize=7), "--blksize 7: must be 8 to 65464"),
            (ClientOptions(windowsize=0), "--windowsize 0: must be 1 to 65535"),
            (ClientOptions(timeout=256), "--timeout 256: must be 1 to 255"),
            (ClientOptions(retries=-1), "--retries -1: must be 0 to 100"),
            (ClientOptions(port=0), "--port 0: must be 1 to 65535"),
        ],
    )
    def test_out_of_range(self, options: ClientOptions, said: str) -> None:
        with pytest.raises(UsageError) as raised:
            options.offer()
        assert str(raised.value) == said

    @pytest.mark.parametrize(
        ("options", "url", "mode"),
        [
            (PLAIN, "tftp://h/a", Mode.OCTET),
            (PLAIN, "tftp://h/a;mode=netascii", Mode.NETASCII),
            (ClientOptions(mode="octet"), "tftp://h/a;mode=netascii", Mode.OCTET),
        ],
    )
    def test_mode(self, options: ClientOptions, url: str, mode: Mode) -> None:
        order = options.order(parse_place(url), b"a", "a", is_write=False)
        assert order.mode is mode

    def test_mail_is_refused(self) -> None:
        with pytest.raises(UsageError, match="mode mail is obsolete"):
            PLAIN.order(parse_place("tftp://h/a;mode=mail"), b"a", "a", is_write=False)

    def test_local_ports(self) -> None:
        options = ClientOptions(local_port="2070-2079")
        order = options.order(parse_place("host"), b"a", "a", is_write=False)
        assert order.ports == PortRange(2_070, 2_079)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(sample_bytes(3_000))
    with Serve(root, "--write", "new") as serve:
        yield str(serve.at)


@pytest.fixture
def tftp(tmp_path: Path) -> Tftp:
    """Run the real command line in its own folder."""

    def run(*words: str, stdin: bytes = b"") -> Done:
        return subprocess.run(
            [sys.executable, "-m", "tftptui", *words],
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment(),
            check=False,
        )

    return run


@pytest.mark.net
class TestCommandLine:
    def test_get_tells_one_line(self, tftp: Tftp, server: str, tmp_path: Path) -> None:
        done = tftp("get", server, "file")
        assert (done.returncode, done.stdout) == (0, b"")
        (line,) = done.stderr.decode().splitlines()
        assert line.startswith("got file → file: 3,000 bytes in ")
        assert (tmp_path / "file").read_bytes() == sample_bytes(3_000)

    def test_get_to_standard_output(self, tftp: Tftp, server: str) -> None:
        done = tftp("get", f"tftp://{server}/file", "-", "--quiet")
        assert (done.returncode, done.stdout) == (0, sample_bytes(3_000))
        assert done.stderr == b""

    def test_put_from_standard_input(self, tftp: Tftp, server: str) -> None:
        assert tftp("put", server, "-", "new", stdin=sample_bytes(9)).returncode == 0
        assert tftp("get", server, "new", "-").stdout == sample_bytes(9)

    def test_json_is_one_object(self, tftp: Tftp, server: str) -> None:
        done = tftp("get", server, "file", "--json", "--blksize", "1000")
        told = json.loads(done.stdout)
        assert (told["octets"], told["agreed"]["blksize"]) == (3_000, "1000")
        assert done.stderr == b""

    def test_json_tells_failures_too(self, tftp: Tftp, server: str) -> None:
        done = tftp("get", server, "missing", "--json")
        assert done.returncode == 1
        assert "ERROR 1" in json.loads(done.stdout)["error"]

    def test_json_goes_aside_when_the_file_takes_standard_output(
        self, tftp: Tftp, server: str
    ) -> None:
        done = tftp("get", server, "file", "-", "--json")
        assert done.stdout == sample_bytes(3_000)
        assert json.loads(done.stderr)["octets"] == 3_000

    def test_failure_is_told_though_quiet(self, tftp: Tftp, server: str) -> None:
        done = tftp("get", server, "missing", "--quiet")
        assert done.returncode == 1
        assert done.stderr.startswith(b"tftptui: cannot get missing from ")

    @pytest.mark.parametrize(
        "words",
        [
            ("get",),
            ("get", "host"),
            ("get", "host", "f", "--blksize", "7"),
            ("get", "host", "f", "--local-port", "9-3"),
            ("get", "tftp://host", "f"),
            ("put", "host"),
            ("put", "host", "-"),
        ],
    )
    def test_misuse_ends_with_2(self, tftp: Tftp, words: tuple[str, ...]) -> None:
        done = tftp(*words)
        assert (done.returncode, done.stdout) == (2, b"")
        assert done.stderr
