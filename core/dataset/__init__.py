"""Folders of faces: an index of them, and batches out of them."""
