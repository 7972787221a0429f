"""A module for each command: its options, what they ask for, and what is printed.

``server`` has the options that all commands share which serve; ``cli`` puts the
commands together. What they do is done below.
"""
