"""Large files to measure with."""
