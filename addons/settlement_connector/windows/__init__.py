"""Which period to ask for next, and which periods we have: pure Python."""
