"""A small filter language for packets: ``type:ack retrans port:2070-``.

Terms next to each other must all hold; ``or`` between them starts an alternative; ``!``
negates a term. ``parsing`` parses filters, ``terms`` prints them and puts them into
words, ``matching`` finds packets, ``completing`` suggests continuations.
"""
