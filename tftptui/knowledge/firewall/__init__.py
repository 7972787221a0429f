"""What a firewall must let through for TFTP, in the words of each firewall.

Describe the case as a ``Situation``; ``advise()`` turns it into an ``Advice``: the
ways there are, what each opens, its rules in one dialect, and what to beware of.
``traffic_of()`` reads what was seen out of a journal; ``ticket`` and ``text`` write
all of it down. Pure: nothing here asks this machine anything.
"""
