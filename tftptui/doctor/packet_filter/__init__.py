"""Packet filter rules of Linux as a model, and their effect on a packet.

Nothing is guessed: a verdict that depends on an unknown match is "can't tell".
"""
