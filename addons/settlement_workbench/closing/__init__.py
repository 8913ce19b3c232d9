"""What a close of a period says and hands out: plain Python, no database."""
