"""Folders of faces: where they come from, an index of them, and batches out of them."""
