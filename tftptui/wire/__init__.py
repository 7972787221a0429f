"""What a machine sends before any TFTP: ARP, BOOTP and DHCP."""
