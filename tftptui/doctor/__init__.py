"""Whether this machine can serve TFTP, and what to type where it can't.

``reading`` asks the machine, ``facts`` is what it said, ``checks`` judge that without
asking anything, ``report`` writes it down. ``filters`` reads packet filter rules and
says what they do to a request, an answer and an ACK.
"""
