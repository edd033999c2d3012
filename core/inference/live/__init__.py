"""Judging faces in moving pictures.

Verdicts take time as an argument; a clock runs only in streams, in jobs and in time limits.
"""
