"""Why a machine does not even send its request here, from its packets on the wire."""
