"""The Evaluation page: measure verdicts, on photos and on generated faces."""
