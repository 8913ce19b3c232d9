"""Rows as canonical facts, as a layout says."""
