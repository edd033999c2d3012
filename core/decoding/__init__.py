"""Decoding of picture files; the entry is `core.imaging.decode_image`.

formats: which are read, and by which plugin. frames: which frame of an animation. tiff: which page
of a TIFF, and samples wider than a byte. deep_png: 16-bit PNG. repair, jpeg_scans: faulty files
with all pixels. orientation, levels, colour, stated, icc, hdr: stored samples to upright sRGB.
"""
