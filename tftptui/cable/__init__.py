"""One board on a direct cable: checks, changes to this host, and DHCP replies."""
