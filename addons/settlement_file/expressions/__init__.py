"""A small bounded language for computed columns and conditions."""
