"""Packet filter rules of Linux as a model, and what they do to a packet.

What is not understood is never guessed: a verdict that hangs on it is "can't tell".
"""
