"""Recomputing what the audit trail claims, set-wise, past every cache."""
