"""A made-up provider as a whole addon, and how a new addon is written from it."""
