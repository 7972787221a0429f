import shlex
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.recipes import (
    CHECKED,
    Order,
    Recipe,
    RecipeError,
    fill,
    parse_recipes,
)
from tftptui.resources import packaged_folder

FILES = sorted(packaged_folder("recipes").glob("*.toml"))
RECIPES = [
    recipe
    for path in FILES
    for recipe in parse_recipes(path.read_text(), source=path.name)
]
HERE = Order("192.0.2.5", 69, b"pxe/fw-2.1.bin")
ELSEWHERE = Order("192.0.2.5", 6969, b"pxe/fw-2.1.bin")


def recipe(name: str) -> Recipe:
    (found,) = [one for one in RECIPES if one.id == name]
    return found


def test_every_recipe_has_a_name_of_its_own() -> None:
    names = [one.id for one in RECIPES]
    assert len(names) == len(set(names))
    assert len(names) > 40


@pytest.mark.parametrize("one", RECIPES, ids=lambda one: one.id)
def test_every_recipe_can_be_filled_in(one: Recipe) -> None:
    filled = fill(one, HERE)
    assert filled.problem == ""
    text = "\n".join((*filled.lines, *filled.notes))
    assert "{" not in text.replace("${loadaddr}", "").replace("{'blksize'", "")
    assert one.checked in CHECKED
    assert one.reference or one.checked == "known"


@pytest.mark.parametrize("one", RECIPES, ids=lambda one: one.id)
def test_a_recipe_names_the_port_or_says_that_it_can_not(one: Recipe) -> None:
    filled = fill(one, ELSEWHERE)
    if one.port:
        assert "6969" in " ".join(filled.lines)
    else:
        assert filled.lines == ()
        assert "port 69; this server listens on 6969" in filled.problem


@pytest.mark.parametrize("one", RECIPES, ids=lambda one: one.id)
def test_no_recipe_types_a_name_that_its_shell_takes_apart(one: Recipe) -> None:
    filled = fill(one, Order("192.0.2.5", 69, b"a dir/it's; rm -rf $HOME.bin"))
    if one.quoting == "none":
        assert filled.problem
    elif one.quoting in {"posix", "url"}:
        for line in (one for one in filled.lines if "dir" in one):
            words = " ".join(shlex.split(line))
            assert "a dir/it's; rm -rf $HOME.bin" in words or "a%20dir/" in words


@pytest.mark.parametrize(
    ("mtu", "server", "size"),
    [
        (None, "192.0.2.5", 1_428),
        (9_000, "192.0.2.5", 1_428),  # the client's MTU may be smaller
        (1_400, "192.0.2.5", 1_368),
        (1_400, "2001:db8::5", 1_348),
    ],
)
def test_the_blocks_that_are_offered_fit_the_servers_route(
    mtu: int | None, server: str, size: int
) -> None:
    (line,) = fill(recipe("curl"), Order(server, 69, b"f", mtu=mtu)).lines
    assert f"--tftp-blksize {size} " in line


@pytest.mark.parametrize(
    ("name", "order", "lines"),
    [
        (
            "curl",
            HERE,
            "curl --tftp-blksize 1428 -o fw-2.1.bin tftp://192.0.2.5/pxe/fw-2.1.bin",
        ),
        (
            "curl",
            Order("2001:db8::5", 6969, b"f", is_put=True),
            "curl --tftp-blksize 1428 -T f 'tftp://[2001:db8::5]:6969/f'",
        ),
        (
            "tftp-hpa",
            ELSEWHERE,
            "tftp -m binary 192.0.2.5 6969 -c get pxe/fw-2.1.bin fw-2.1.bin",
        ),
        (
            "windows-tftp",
            Order("192.0.2.5", 69, b"a b.bin"),
            'tftp -i 192.0.2.5 get "a b.bin" "a b.bin"',
        ),
        (
            "u-boot",
            HERE,
            "setenv serverip 192.0.2.5\ntftpboot ${loadaddr} pxe/fw-2.1.bin",
        ),
        (
            "cisco-ios",
            HERE,
            "copy tftp://192.0.2.5/pxe/fw-2.1.bin flash:fw-2.1.bin",
        ),
    ],
)
def test_what_to_type(name: str, order: Order, lines: str) -> None:
    assert "\n".join(fill(recipe(name), order).lines) == lines


def test_a_leading_slash_is_never_typed() -> None:
    filled = fill(recipe("atftp"), Order("192.0.2.5", 69, b"/pxe//f"))
    assert " -r pxe/f " in filled.lines[0]


def test_bytes_that_are_no_text_travel_in_urls_only() -> None:
    order = Order("192.0.2.5", 69, b"f\xff\n.bin")
    assert "/f%FF%0A.bin" in fill(recipe("curl"), order).lines[0]
    assert fill(recipe("atftp"), order).problem == "accepts only UTF-8 names"
    spoken = Order("192.0.2.5", 69, b"f\n.bin")
    assert "control characters" in fill(recipe("atftp"), spoken).problem


def test_who_sends_no_files_says_so() -> None:
    order = Order("192.0.2.5", 69, b"f", is_put=True)
    assert fill(recipe("ipxe"), order).problem == "sends no files by TFTP"


def test_a_file_of_more_blocks_than_there_are_numbers_is_told() -> None:
    large = Order("192.0.2.5", 69, b"f", size=40_000_000)
    assert any("33,553,920" in note for note in fill(recipe("redboot"), large).notes)
    assert fill(recipe("curl"), large).notes == fill(recipe("curl"), HERE).notes


@pytest.mark.parametrize("text", ["[[recipe]]\nid=1", "what?", "[[recipe]]\nid='a'"])
def test_a_wrong_file_says_which_one(text: str) -> None:
    with pytest.raises(RecipeError, match=r"^mine\.toml: "):
        parse_recipes(text, source="mine.toml")


@given(file=st.binary(min_size=1), server=st.sampled_from(["192.0.2.5", "2001:db8::5"]))
def test_urls_name_what_they_are_for(file: bytes, server: str) -> None:
    line, *_ = fill(recipe("curl"), Order(server, 6969, b"d/" + file)).lines
    url = urlsplit(shlex.split(line)[-1])
    assert (url.scheme, url.hostname, url.port) == ("tftp", server, 6969)
