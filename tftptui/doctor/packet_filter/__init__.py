"""Packet filter rules of Linux as a model, and what they do to a packet.

Nothing is guessed: a verdict that depends on an unknown match is "can't tell".
"""
