"""The Training page: networks, runs and their curves."""
