"""What a file's metadata claims: shown beside the verdict, never part of it.

fields: the metadata as text, read by Pillow and defusedxml. camera, sources, generators, tables,
credentials: the claims of each kind. read: all claims of one file.
"""
