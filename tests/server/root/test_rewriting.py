"""The rewrite table: the effect of rules, and errors about invalid ones."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.server.root.rewriting import (
    LONGEST,
    Rewritten,
    parse_rule,
    parse_rules,
    read_rules,
    rewrite,
)
from tftptui.settings import SettingsError


def rewritten(name: bytes, *rules: str) -> bytes:
    return rewrite(parse_rules(rules), name).name


@pytest.mark.parametrize(
    ("rule", "name", "result"),
    [
        (r"^/?tftpboot/=", b"/tftpboot/f", b"f"),
        (r"^/?tftpboot/=", b"other/tftpboot/f", b"other/tftpboot/f"),
        (r"\.efi.*=.efi", b"netboot.xyz.efi\xff\x01", b"netboot.xyz.efi"),
        (r"\xff+$=", b"pxelinux.0\xff\xff", b"pxelinux.0"),
        (r"^(..)-(..)=\2-\1", b"aa-bb", b"bb-aa"),
        (r"^(?P<all>.+)\.0$=\g<all>", b"undionly.kpxe.0", b"undionly.kpxe"),
        (r"^.*$=[\g<0>]", b"x", b"[x]"),
        (r"(?i)^boot=Boot", b"BOOT/bcd", b"Boot/bcd"),
        (r"^$=pxelinux.0", b"", b"pxelinux.0"),
        ("ö=oe", "Böot".encode(), b"Boeot"),
        (".*=all", b"line\nfeed", b"all"),
    ],
)
def test_what_a_rule_does(rule: str, name: bytes, result: bytes) -> None:
    assert rewritten(name, rule) == result


@pytest.mark.parametrize(
    ("rule", "name", "result"),
    [
        pytest.param(r"a\=b=c", b"a=b", b"c", id="escaped"),
        pytest.param("[=]=c", b"a=b", b"acb", id="in-brackets"),
        pytest.param("[]=]+=c", b"a]=b", b"acb", id="bracket-in-brackets"),
        pytest.param("[^]=]=c", b"=a", b"=c", id="negated-brackets"),
        pytest.param(r"[\]=]=c", b"a=b", b"acb", id="escape-in-brackets"),
        pytest.param("a(?=b)=c", b"ab", b"cb", id="look-ahead"),
        pytest.param("(?<=a)b=c", b"ab", b"ac", id="look-behind"),
        pytest.param("a=b=c", b"a", b"b=c", id="in-the-replacement"),
    ],
)
def test_which_sign_ends_the_pattern(rule: str, name: bytes, result: bytes) -> None:
    assert rewritten(name, rule) == result


def test_only_the_first_match_is_replaced() -> None:
    assert rewritten(b"a/a/a", "a=b") == b"b/a/a"


def test_rules_apply_in_order_each_to_what_the_one_before_left() -> None:
    assert rewrite(parse_rules(["a=b", "x=y", "b=c"]), b"a") == Rewritten(b"c", (1, 3))


def test_a_match_that_changes_nothing_has_applied() -> None:
    assert rewrite(parse_rules(["a=a"]), b"a") == Rewritten(b"a", (1,))


def test_a_long_name_is_left_alone() -> None:
    name = b"a" * (LONGEST + 1)
    assert rewrite(parse_rules(["a=b"]), name) == Rewritten(name)


def test_a_name_that_rules_double_stops_growing() -> None:
    doubling = parse_rules(["^(.*)$=\\1\\1"] * 1_000)
    assert len(rewrite(doubling, b"name").name) <= 2 * LONGEST


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("no sign", "there is no = between"),
        ("(?=x)", "there is no = between"),
        ("[=", "in the pattern, unterminated character set"),
        ("", "there is no = between"),
        ("=x", "there is no pattern"),
        ("(=x", "in the pattern, missing )"),
        ("*=x", "in the pattern, nothing to repeat at position 0"),
        ("[[a]=x", "in the pattern, Possible nested set"),
        (r"a=\1", "in the replacement, invalid group reference 1"),
        (r"a=\g<b>", "in the replacement, unknown group name 'b'"),
        (r"a=\q", r"in the replacement, bad escape \q"),
        (r"a=x\0", r"for the whole match write \g<0>"),
        ("a=x\0", "a name cannot hold a NUL"),
        ("a\0=x", "a name cannot hold a NUL"),
        ("caf\udce9=x", "it is not UTF-8"),
    ],
)
def test_what_a_wrong_rule_is_told(rule: str, why: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(why)):
        parse_rule(rule)


def test_an_error_shows_the_rule_without_its_control_characters() -> None:
    with pytest.raises(SettingsError, match=re.escape(r"rewrite rule \x1b[31m(=x: ")):
        parse_rule("\x1b[31m(=x")


def test_a_backslash_before_a_zero_is_no_nul() -> None:
    assert rewritten(b"a", r"a=\\0") == rb"\0"


@given(st.text(max_size=30), st.binary(max_size=60).filter(lambda name: 0 not in name))
def test_no_rule_that_is_accepted_makes_a_nul(text: str, name: bytes) -> None:
    try:
        rule = parse_rule(text)
    except SettingsError:
        return
    assert b"\0" not in (rule.apply(name) or b"")


def test_a_file_of_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules"
    file.write_text("# prefix\n^tftpboot/=\n\n  # more\n  a=b  \r\n")
    assert read_rules(file) == ("^tftpboot/=", "a=b")


def test_a_wrong_line_of_a_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rules"
    file.write_text("a=b\n\n# fine\n(=x\n")
    with pytest.raises(SettingsError, match=re.escape(f"{file}, line 4: rewrite rule")):
        read_rules(file)


def test_a_file_that_is_no_text_is_told_its_line(tmp_path: Path) -> None:
    file = tmp_path / "rules"
    file.write_bytes(b"a=b\ncaf\xe9=x\n")
    with pytest.raises(SettingsError, match=r"line 2: .* it is not UTF-8"):
        read_rules(file)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"cannot read the rewrite file .*rules: No such file"
    ):
        read_rules(tmp_path / "rules")
