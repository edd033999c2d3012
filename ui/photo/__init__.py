"""The Photo page: pictures in, verdicts out."""
