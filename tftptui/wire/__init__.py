"""Packets of a machine before any TFTP: ARP, BOOTP and DHCP."""
