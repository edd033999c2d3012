"""Figures of merit: pure functions of labels and probabilities."""
