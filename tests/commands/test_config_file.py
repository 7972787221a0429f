"""tftptui.toml: parsed, checked, explained, and overridden by the command line."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.serve import Serve
from tftptui.cli import app
from tftptui.commands.config_file import (
    ConfigError,
    commented_file,
    options,
    read_config,
)

NEEDS_A_FILE = {"root", "rewrite-file"}
"""Settings whose example names a file that does not exist."""


@pytest.fixture(autouse=True)
def no_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tftptui.toml"


def run(*words: object) -> object:
    return app([str(word) for word in words], result_action="return_value")


def told(file: Path) -> dict[str, object]:
    return {one.option.name: one.value for one in read_config(file)}


@pytest.mark.parametrize("text", ['cable = "eth1"', 'dnsmasq = "full"'])
def test_a_dhcp_server_is_never_started_by_a_file(file: Path, text: str) -> None:
    file.write_text(f'wire = "eth1"\n{text}\n')
    with pytest.raises(ConfigError, match=r"is for the command line only: a DHCP"):
        read_config(file)
    assert not {"cable", "dnsmasq"} & set(options())


def test_each_value_is_told_with_its_line(file: Path) -> None:
    file.write_text('# ports\n\nports = "41000-41009"\nsingle_port = true\n')
    found = [(one.option.name, one.value, one.line) for one in read_config(file)]
    assert found == [("ports", "41000-41009", 3), ("single-port", True, 4)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("prot = 70", ":1: unknown setting prot; did you mean port?"),
        ("\nports = 5-6 # a", '(text needs quotes: ports = "5-6")'),
        ("max-windowsze = 8", ":1: unknown setting max-windowsze; did you mean"),
        ("\n[server]\nport = 3", ":2: unknown setting server"),
        ("port = \n", ":1: Invalid value: port ="),
        ("\n\nmax-windowsize = 0", ":3: max-windowsize: 0: must be 1 to "),
        ('\nretries = "six"', ':2: retries = "six" is invalid; write it like '),
        (
            'port = "26969"',
            ':1: port = "26969" is invalid; write it without quotes: port',
        ),
        ("metrics = true", ":1: metrics = true is invalid; write it like metrics = "),
        ('max-upload = "many"', ":1: max-upload: 'many' is not a size in bytes"),
        ('write = "maybe"', ':1: write = "maybe" is invalid (allowed: off, new, '),
        ('ports = "9-8"', ":1: ports: 9-8: the first port is above the last"),
        ('deny = ["here"]', ":1: deny: 'here' is not a network"),
        ('bandwidth = "much"', ":1: bandwidth: 'much' is not a bandwidth"),
        ('rewrite = ["("]', ":1: rewrite: "),
        ('root = "nowhere"', ":1: root: folder "),
        ("journal = 3", ":1: journal = 3 is invalid; write it like journal = "),
    ],
)
def test_what_is_wrong_is_told_with_file_and_line(
    file: Path, text: str, says: str
) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    assert str(caught.value).startswith(str(file))
    assert says in str(caught.value)


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config(file)
    made = f"mkdir -p {file.parent} && tftptui config --write > {file}"
    assert str(caught.value) == f"{file} does not exist; to create it: {made}"


def test_a_number_of_bytes_and_a_port_for_metrics_may_be_bare(file: Path) -> None:
    file.write_text('metrics = 9469\nmax-upload = 1000\nupload-quota = "100M"')
    assert told(file) == {
        "metrics": "9469",
        "max-upload": "1000",
        "upload-quota": "100M",
    }


@given(st.binary(max_size=80))
def test_any_bytes_are_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("config") / "x.toml"
    file.write_bytes(data)
    with suppress(ConfigError):
        read_config(file)


def uncommented() -> list[str]:
    """Return the settings in the written file's comments."""
    lines = commented_file().splitlines()
    names = tuple(f"# {name} = " for name in options())
    return [line[2:] for line in lines if line.startswith(names)]


def test_the_written_file_has_every_setting_once() -> None:
    names = [line.partition(" = ")[0] for line in uncommented()]
    assert names == list(options())


def test_the_written_file_can_be_used_without_its_marks(file: Path) -> None:
    lines = [one for one in uncommented() if one.split(" ")[0] not in NEEDS_A_FILE]
    file.write_text("\n".join(lines))
    assert told(file).keys() == options().keys() - NEEDS_A_FILE


def test_the_written_file_changes_nothing_as_it_is(file: Path) -> None:
    file.write_text(commented_file())
    assert read_config(file) == []


def test_paths_are_seen_from_the_file(file: Path) -> None:
    file.write_text('journal = "j.jsonl"\ncapture = "/c.pcapng"')
    assert told(file) == {
        "journal": file.parent / "j.jsonl",
        "capture": Path("/c.pcapng"),
    }


def test_the_journal_may_be_standard_output(file: Path) -> None:
    file.write_text('journal = "-"')
    assert told(file) == {"journal": Path("-")}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "File").write_text("x")
    return tmp_path / "root"


def test_a_command_takes_what_the_file_says(file: Path, folder: Path) -> None:
    file.write_text(f'root = "{folder}"\nignore-case = true\n')
    assert run("explain", "FILE", "--config", file) == 0


def test_several_files_and_folders_may_be_served_side_by_side(
    file: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder.parent / "boot.cfg").write_text("timeout 3")
    file.write_text('root = ["boot.cfg", "fw=root"]\n')
    assert told(file) == {
        "root": (folder.parent / "boot.cfg", Path(f"fw={folder.parent}/root"))
    }
    assert run("explain", "fw/File", "--config", file) == 0
    assert run("explain", "boot.cfg", "--config", file) == 0
    assert run("explain", "File", "--config", file) == 1
    assert "boot.cfg" in capsys.readouterr().out


def test_what_is_served_side_by_side_has_to_be_there(file: Path, folder: Path) -> None:
    file.write_text(f'root = ["{folder}", "fw=nowhere"]')
    with pytest.raises(ConfigError, match=r":1: root: .*nowhere"):
        read_config(file)


def test_the_command_line_wins(
    file: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('root = "/"\nwrite = "off"\ndeny = ["10.0.0.0/8"]\n')
    assert run("explain", "new", folder, "--upload", "--config", file) == 1
    words = ("explain", "new", folder, "--upload", "--write", "new", "--config", file)
    assert run(*words) == 0
    assert str(folder) in capsys.readouterr().out


def test_the_usual_file_is_looked_for(tmp_path: Path, folder: Path) -> None:
    assert run("explain", "FILE", folder) == 1
    (tmp_path / "xdg" / "tftptui").mkdir(parents=True)
    (tmp_path / "xdg" / "tftptui" / "tftptui.toml").write_text("ignore-case = true")
    assert run("explain", "FILE", folder) == 0


def test_a_bad_file_ends_the_command_with_a_sentence(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("retries = -1")
    with pytest.raises(SystemExit) as caught:
        run("explain", "x", "--config", file)
    assert caught.value.code == 2
    assert f"tftptui: {file}:1: retries: " in capsys.readouterr().err


def test_the_config_command_tells_what_a_file_sets(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('\nallow = ["127.0.0.0/8", "::1"]')
    assert run("config", file) == 0
    assert capsys.readouterr().out == f"{file}:2: allow = 127.0.0.0/8, ::1\n"
    assert run("config") == 0
    assert "tftptui config --write >" in capsys.readouterr().out
    assert run("config", "--write") == 0
    assert capsys.readouterr().out == commented_file()


@pytest.mark.net
def test_the_socket_for_attach_may_stand_in_the_file(file: Path, folder: Path) -> None:
    place = file.parent / "control.socket"
    file.write_text(f'control = "{place}"')
    with Serve(folder, "--config", str(file)) as server:
        server.until_it_speaks()
        assert place.is_socket()
