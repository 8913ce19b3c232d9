"""What a file looks like, guessed from its first bytes, with reasons."""
