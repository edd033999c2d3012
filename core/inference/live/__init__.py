"""Judging faces in moving pictures. Time is always an argument: nothing here reads a clock."""
