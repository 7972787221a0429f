"""What the marks on the screen mean, for the end of the help."""

MARKS: tuple[tuple[str, str, str], ...] = (
    ("↑ ↓", "transfer-active", "Transfer under way: to the client, from the client."),
    ("●", "transfer-completed", "Completed: the last block was acknowledged."),
    ("◐", "transfer-unconfirmed", "All was sent; the last ACK never came."),
    ("✗ ∅ ⊘", "transfer-failed", "Failed, client gone, aborted by you."),
    ("○", "muted", "The client asked for the size only, and left; normal."),
    ("⚠", "transfer-stalled", "Stalled: nothing new has come for a while."),
    ("· ■ ▒ ×", "port-used", "Port free, used, resting, of another program."),
    ("R2 R3", "packet-retransmit", "Packet that we sent again: second, third time."),
    ("D", "packet-duplicate", "Packet that the client sent again."),
    ("◆ ›", "transfer-active", "Packet that times are counted from; search match."),
    ("? ✗ !", "packet-error", "From a wrong sender, no TFTP, ICMP error."),
    ("▶3 ↑12", "transfer-active", "File that 3 read now; was read 12 times."),
    ("1468→1428", "muted", "Option blksize: asked for, and agreed."),
    ("w16 t6", "muted", "Options windowsize and timeout in seconds, agreed."),
    ("tsize", "muted", "Option tsize: the client was told the size."),
    ("~", "muted", "The number after it is an estimate."),
    ("atftp?", "muted", "A guess at the client program, by how it asks."),
)
"""Mark, slot of its colour, meaning."""

TID = (
    "A TID (transfer identifier, RFC 1350) is the UDP port that one end chose for "
    "one transfer."
)
