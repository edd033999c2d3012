"""A verdict to hand on: what was judged, by what, and how far to trust it."""
