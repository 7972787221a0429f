"""Packet records as in the server's ring, to be captured."""

from dataclasses import dataclass, field

from tests.support.pictures import view
from tftptui.telemetry.records.ring import Flag, Kind, PacketRecord
from tftptui.telemetry.views import TransferView

BEGIN = 1_700_000_000.0
CLIENT_TID, SERVER_TID = 2_072, 40_017
CLIENT, SERVER = "10.0.4.37", "10.0.0.9"
CLIENT_V6, SERVER_V6 = "2001:db8:2::37", "2001:db8::9"


@dataclass
class Log:
    """Records and notes of one transfer, added one by one."""

    transfer: TransferView
    records: list[tuple[PacketRecord, str]] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        after: float,
        note: str = "",
        *,
        run: tuple[int, int] = (0, 1),
        nbytes: int = 4,
        again: tuple[int, int] = (1, 0),
    ) -> None:
        """Add a record AFTER that many seconds; AGAIN is (attempt, flags)."""
        is_request = kind in (Kind.RRQ, Kind.WRQ)
        record = PacketRecord(
            time=BEGIN + after,
            transfer=self.transfer.number,
            block=run[0],
            count=run[1],
            client_tid=self.transfer.client_tid,
            server_tid=69 if is_request else self.transfer.server_tid,
            nbytes=nbytes,
            kind=kind,
            attempt=again[0],
            flags=again[1],
        )
        self.records.append((record, note))


def boot(*, v6: bool = False, number: int = 1) -> Log:
    """Return a transfer of 2,148 bytes whose second block was retransmitted."""
    transfer = view(
        number,
        client=CLIENT_V6 if v6 else CLIENT,
        client_tid=CLIENT_TID,
        server=SERVER_V6 if v6 else SERVER,
        server_tid=SERVER_TID,
        file="pxelinux.0",
        asked=[("tsize", "0"), ("blksize", "1432")],
        agreed=[("tsize", "2148"), ("blksize", "1432")],
        block_size=1_432,
        total_size=2_148,
        phase="completed",
    )
    log = Log(transfer)
    log.add(Kind.RRQ, 0.0, "pxelinux.0 octet tsize=0 blksize=1432", nbytes=40)
    log.add(Kind.OACK, 0.001, "tsize=2148 blksize=1432", nbytes=26)
    log.add(Kind.ACK, 0.002)
    log.add(Kind.DATA, 0.003, run=(1, 1), nbytes=1_432)
    log.add(Kind.ACK, 0.004, run=(1, 1))
    log.add(Kind.DATA, 0.005, run=(2, 1), nbytes=716, again=(1, Flag.LAST))
    log.add(Kind.ACK, 0.5, run=(1, 1), again=(1, Flag.DUPLICATE))
    log.add(Kind.DATA, 1.005, run=(2, 1), nbytes=716, again=(2, Flag.LAST))
    log.add(Kind.ACK, 1.006, run=(2, 1))
    return log


def windows(number: int = 2) -> Log:
    """Return a transfer of 10 blocks of 512 bytes in windows of 4."""
    transfer = view(
        number,
        client=CLIENT,
        client_tid=CLIENT_TID + 1,
        server=SERVER,
        server_tid=SERVER_TID + 1,
        file="u-boot.img",
        asked=[("windowsize", "4")],
        agreed=[("windowsize", "4")],
        block_size=512,
        window=4,
        total_size=9 * 512 + 100,
        phase="completed",
    )
    log = Log(transfer)
    log.add(Kind.RRQ, 2.0, "u-boot.img octet windowsize=4", nbytes=32)
    log.add(Kind.OACK, 2.001, "windowsize=4", nbytes=15)
    log.add(Kind.ACK, 2.002)
    for first, count in ((1, 4), (5, 4), (9, 2)):
        flags = Flag.LAST if first == 9 else 0
        size = count * 512 - (412 if flags else 0)
        log.add(Kind.DATA, 2 + first, run=(first, count), nbytes=size, again=(1, flags))
        log.add(Kind.ACK, 2.1 + first, run=(first + count - 1, 1))
    return log
