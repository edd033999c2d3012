"""What a file says of itself: metadata beside the verdict, never part of it.

fields: the metadata as text, read by Pillow and defusedxml. camera, sources, generators, tables,
credentials: what each part of it claims. read: all of them, for the bytes of one file.
"""
