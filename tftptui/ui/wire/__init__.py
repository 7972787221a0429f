"""Parts of page Wire: the list of machines, and the ladder of one."""
