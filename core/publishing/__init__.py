"""A finished run becomes what is served: converted, calibrated, measured, with its card.

It stands above training and evaluation, and below the command line.
"""
