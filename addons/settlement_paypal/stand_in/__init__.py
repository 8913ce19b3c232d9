"""PayPal as tests and simulations need it: an API on this machine, and its files."""
