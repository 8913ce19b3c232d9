"""Material of the measurements."""
