"""What a machine asks the network before any TFTP: ARP, BOOTP and DHCP."""
