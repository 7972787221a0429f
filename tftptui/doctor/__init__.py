"""Can this host serve TFTP, and what to type if it can't.

``reading`` queries the host and returns ``facts``, ``checks`` judge these without any
queries, ``report`` formats the results. ``packet_filter`` reads packet filter rules and
evaluates them for a request, a reply and an ACK.
"""
