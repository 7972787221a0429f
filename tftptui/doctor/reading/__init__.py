"""Reads what the checks judge from this machine; changes nothing."""
