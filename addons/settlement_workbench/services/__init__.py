"""Readers of what a close hands out."""
