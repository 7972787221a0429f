"""Why a machine does not even send its request here: by what the wire shows."""
