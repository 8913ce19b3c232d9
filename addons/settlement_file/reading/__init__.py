"""Files as streams of rows."""
