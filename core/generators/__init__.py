"""Networks that make faces."""
