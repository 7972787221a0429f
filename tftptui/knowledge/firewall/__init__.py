"""Firewall rules for TFTP, in the syntax of each firewall.

Describe the case as a ``Situation``; ``advise()`` turns it into an ``Advice``: the
possible ways, what each opens, its rules in one dialect, and warnings. ``traffic_of()``
reads observed traffic from a journal; ``ticket`` and ``text`` format everything. Pure
functions: nothing here looks at this machine.
"""
