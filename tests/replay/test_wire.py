"""ARP and DHCP in a capture: the same devices as on a watched wire."""

from ipaddress import IPv4Address
from pathlib import Path

from tests.support.capture_files import pcap
from tests.support.watcher import watching
from tests.support.wire_events import MAC, asked, told
from tftptui.protocol.packets import Mode, ReadRequest, encode_request
from tftptui.replay.replay_engine import ReplayEngine
from tftptui.telemetry.capture.frames import ETHERNET
from tftptui.wire.dhcp import MessageType, encode
from tftptui.wire.events import DhcpSeen
from tftptui.wire.frames import IPV4_TYPE, UdpPacket, build_ethernet, build_udp

BOARD, SERVER = "10.0.0.77", "10.0.0.5"


def frame(source: str, target: str, ports: tuple[int, int], payload: bytes) -> bytes:
    ends = IPv4Address(source), IPv4Address(target)
    packet = build_udp(UdpPacket(ends[0], ports[0], ends[1], ports[1], payload))
    return build_ethernet(b"\xff" * 6, MAC, IPV4_TYPE, packet)


def dhcp(seen: DhcpSeen) -> bytes:
    ports = (68, 67) if seen.port == 67 else (67, 68)
    everybody = "255.255.255.255"
    return frame(str(seen.source), everybody, ports, encode(seen.message))


async def test_a_capture_tells_why_a_file_was_requested(tmp_path: Path) -> None:
    request = encode_request(ReadRequest(b"ipxe.efi", Mode.OCTET))
    frames = [
        dhcp(asked(MessageType.DISCOVER)),
        dhcp(told(MessageType.OFFER, next_server=SERVER, file=b"ipxe.efi")),
        dhcp(asked(MessageType.REQUEST, server="10.0.0.1")),
        dhcp(told(MessageType.ACK, next_server=SERVER, file=b"ipxe.efi")),
        frame(BOARD, SERVER, (2_070, 69), request),
    ]
    capture = tmp_path / "boot.pcap"
    capture.write_bytes(pcap(frames, link=ETHERNET))
    async with watching(ReplayEngine(capture)) as watcher:
        await watcher.until(lambda: any(one.wire for one in watcher.frames))
        news = [one.wire for one in watcher.frames if one.wire is not None]
        (device,) = news[-1].devices
        assert news[-1].interfaces == "capture"
        assert [line.text.partition(":")[0] for line in device.lines] == [
            "DISCOVER",
            "OFFER by 10.0.0.1",
            "REQUEST, chose 10.0.0.1",
            "ACK by 10.0.0.1",
            "TFTP request to 10.0.0.5",
        ]
        assert "said: next-server 10.0.0.5, file ipxe.efi, arch 7" in device.because
        assert device.requester == BOARD
