"""The simulated network: client machines, a firewall, lossy lines, a clock."""
