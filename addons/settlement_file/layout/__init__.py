"""What a file looks like and what its columns mean, as data."""
