"""What experience says about clients, networks and names: pure functions of events."""
