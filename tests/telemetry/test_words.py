"""Counts, ports and places in words."""

import pytest

from tftptui.telemetry.words import (
    counted,
    endpoint,
    ordinal,
    port_word,
    seconds,
    span,
    tftp_url,
    times,
    url,
)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 packets"), (1, "1 packet"), (2_345, "2,345 packets")]
)
def test_a_count_has_its_noun(count: int, text: str) -> None:
    assert counted(count, "packet") == text


@pytest.mark.parametrize(("count", "text"), [(1, "once"), (2, "twice"), (7, "7 times")])
def test_how_often(count: int, text: str) -> None:
    assert times(count) == text


@pytest.mark.parametrize(
    ("ports", "text"),
    [
        ([2_072], "port 2072"),
        ([2_070, 2_071, 2_072], "ports 2070–2072"),
        ([9, 20, 30, 40, 99], "5 ports from 9 to 99"),
    ],
)
def test_ports_have_their_word(ports: list[int], text: str) -> None:
    assert port_word(ports) == text


def test_the_kind_of_ports_stands_before_the_word() -> None:
    assert port_word([2_072], "UDP") == "UDP port 2072"
    assert port_word([9, 20, 30, 40, 99], "UDP") == "5 UDP ports from 9 to 99"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3, "third"),
        (8, "8th"),
        (11, "11th"),
        (21, "21st"),
        (22, "22nd"),
        (23, "23rd"),
        (112, "112th"),
    ],
)
def test_places_in_a_row(number: int, text: str) -> None:
    assert ordinal(number) == text


def test_a_range_of_one_is_one() -> None:
    assert (span(69, 69), span(1, 9), span(1, 9, ":")) == ("69", "1–9", "1:9")


@pytest.mark.parametrize(
    ("address", "port", "file", "told"),
    [
        ("192.0.2.1", 69, "boot/a.bin", "tftp://192.0.2.1/boot/a.bin"),
        ("2001:db8::1", 6_969, "a", "tftp://[2001:db8::1]:6969/a"),
        ("192.0.2.1", 69, b"\xff b", "tftp://192.0.2.1/%FF%20b"),
    ],
)
def test_where_a_file_is_to_be_had(
    address: str, port: int, file: str | bytes, told: str
) -> None:
    assert tftp_url(address, port, file) == told


def test_nothing_in_a_name_reaches_the_shell() -> None:
    assert url("192.0.2.1", 69, "$(id)'`") == "tftp://192.0.2.1/%24%28id%29%27%60"


def test_an_endpoint_in_both_families() -> None:
    assert endpoint("192.0.2.1", 69) == "192.0.2.1:69"
    assert endpoint("::1", 69) == "[::1]:69"


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0.0, "under 1 ms"),
        (0.0042, "4 ms"),
        (0.01, "0.01 s"),
        (0.25, "0.25 s"),
        (2.0, "2.0 s"),
        (16.2, "16 s"),
    ],
)
def test_a_length_of_time_is_never_nothing(time: float, text: str) -> None:
    assert seconds(time) == text
