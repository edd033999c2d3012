"""What pages draw, a room for each, and `shared` for what several draw.

Nothing here computes: `core` does.
"""
