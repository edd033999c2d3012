"""How files of pictures are read; from outside, only through `core.imaging`.

formats: which are read, and by what. frames: which frame of an animation. tiff: which page of a
TIFF, and samples wider than a byte. repair: sound pictures in faulty files. orientation, levels,
colour, stated, icc, hdr: how the stored samples become the picture a person sees.
"""
