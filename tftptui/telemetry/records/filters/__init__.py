"""A small language to say which packets are meant: ``type:ack retrans port:2070-``.

Words stand side by side and all have to hold; ``or`` between them starts another
choice; ``!`` before one turns it round. ``parsing`` reads it, ``terms`` writes it
and says it in words, ``matching`` finds the packets, ``completing`` knows how it may
go on.
"""
