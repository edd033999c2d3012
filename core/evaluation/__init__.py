"""How often verdicts are right: scores of faces, figures of merit, what is known of a verdict.

`generators` measures those that paint faces.
"""
