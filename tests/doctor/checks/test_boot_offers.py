"""DHCP offers for machines that boot from here; two harmless cases for each check."""

from tftptui.doctor.checks.boot_offers import FileCheck, Here, check_offers
from tftptui.doctor.result import Mark, Result
from tftptui.wire.offers import Offer
from tftptui.wire.questions import Answers, Arch

US, DHCP, OTHER = "10.0.0.5", "10.0.0.1", "10.0.0.9"


def _check(file: bytes) -> FileCheck:
    if file == b"ipxe.efi":
        return FileCheck(is_served=True, words="served, 7 bytes")
    return FileCheck(is_served=False, words="not served, no such file")


HERE = Here(frozenset({US}), _check)


def offer(server: str = DHCP, **fields: object) -> Offer:
    known: dict[str, object] = {"address": "10.0.0.7"}
    return Offer(time=0.0, server=server, **(known | fields))  # type: ignore[arg-type]


def judged(arch: Arch, *offers: Offer) -> list[Result]:
    return check_offers([Answers(arch, offers)], HERE)


def only(arch: Arch, *offers: Offer) -> tuple[Mark, str]:
    (result,) = judged(arch, *offers)
    return result.mark, result.text


def test_a_file_that_is_served_here_is_well() -> None:
    mark, text = only(Arch.X64, offer(next_server=US, file=b"ipxe.efi"))
    assert mark is Mark.OK
    assert text == (
        "x64 UEFI: 10.0.0.1 points to this host for ipxe.efi: served, 7 bytes."
    )


def test_every_field_may_name_this_host() -> None:
    for named in (
        {"next_server": US},
        {"server_name": US},
        {"tftp_servers": (US,)},
        {"next_server": US, "server_name": US, "tftp_servers": (US,)},
    ):
        mark, _ = only(Arch.X64, offer(**named, file=b"ipxe.efi"))
        assert mark is Mark.OK


def test_a_file_that_is_not_here_is_bad() -> None:
    mark, text = only(Arch.X64, offer(next_server=US, file=b"ipxe.efo"))
    assert mark is Mark.BAD
    assert "ipxe.efo: not served, no such file" in text


def test_another_server_that_is_named_is_told_with_our_addresses() -> None:
    mark, text = only(Arch.BIOS, offer(next_server=OTHER, file=b"ipxe.efi"))
    assert mark is Mark.WARN
    assert "points to 10.0.0.9, not to this host (10.0.0.5)" in text


def test_fields_that_name_different_servers_are_told() -> None:
    both = offer(next_server=US, server_name=OTHER, file=b"ipxe.efi")
    mark, text = only(Arch.BIOS, both)
    assert mark is Mark.WARN
    assert "10.0.0.5 and 10.0.0.9" in text


def test_an_address_without_a_file_is_told() -> None:
    assert "no server and no file" in only(Arch.PLAIN, offer())[1]
    assert "names no file" in only(Arch.PLAIN, offer(next_server=US))[1]


def test_a_proxy_tells_the_file_later_and_is_well() -> None:
    proxy = offer(OTHER, address="", has_vendor_options=True)
    mark, text = only(Arch.X64, offer(), proxy)
    assert mark is Mark.OK
    assert "10.0.0.9 names the file on port 4011" in text
    mark, _ = only(Arch.BIOS, offer(), offer(OTHER, address="", has_menu=True))
    assert mark is Mark.OK


def test_two_servers_that_give_addresses_are_told_and_a_proxy_is_none() -> None:
    ours = offer(next_server=US, file=b"ipxe.efi")
    theirs = offer(OTHER, next_server=US, file=b"ipxe.efi")
    first = judged(Arch.X64, ours, theirs)[0]
    assert "2 DHCP servers offer addresses: 10.0.0.1 and 10.0.0.9" in first.text
    marks = {one.mark for one in judged(Arch.X64, ours)}
    proxy = offer(OTHER, address="", has_vendor_options=True)
    marks |= {one.mark for one in judged(Arch.X64, ours, proxy)}
    assert marks == {Mark.OK}


def test_http_boot_wants_a_url_and_its_class_back() -> None:
    url = b"http://10.0.0.5/ipxe.efi"
    good = offer(vendor_class="HTTPClient", file=url)
    assert only(Arch.HTTP, good)[0] is Mark.OK
    for wrong in (
        offer(file=url),
        offer(vendor_class="HTTPClient", next_server=US, file=b"ipxe.efi"),
    ):
        mark, text = only(Arch.HTTP, wrong)
        assert mark is Mark.WARN
        assert "never uses TFTP" in text


def test_silence_to_all_is_bad_and_to_one_kind_worth_a_look() -> None:
    silent = [Answers(arch, ()) for arch in Arch]
    (result,) = check_offers(silent, HERE)
    assert result.mark is Mark.BAD
    some = [Answers(Arch.X64, (offer(next_server=US, file=b"ipxe.efi"),)), silent[0]]
    assert [one.mark for one in check_offers(some, HERE)] == [Mark.OK, Mark.WARN]


def test_without_a_root_no_file_is_called_missing() -> None:
    answers = [Answers(Arch.X64, (offer(next_server=US, file=b"what.efi"),))]
    (result,) = check_offers(answers, Here(frozenset({US})))
    assert result.mark is Mark.OK
    assert "--root" in result.text
