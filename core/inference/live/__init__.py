"""Judging faces in webcam streams and video files.

The pipeline takes time as an argument; only streams, jobs and time limits read a clock.
"""
