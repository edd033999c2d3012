"""Real vs Fake Faces: is this face a photograph, or did a machine make it?

The library under the dashboard; it never imports streamlit. Five names are all that most programs
need; each loads what it needs when it is first used:

    load_inspector    detector, networks and calibrations, ready to judge photos
    judge             every face of one picture
    decode_image      any common picture file as pixels, upright and in sRGB
    load_generator    a network that paints faces
    evaluate          how often the verdicts on a folder are right

Example:
    >>> import core
    >>> result = core.judge("artifacts/examples/generated_seed910001.jpg")
    >>> [face.verdict.state for face in result.faces]
    ['fake']
"""

from importlib import import_module

__version__ = "0.9.0"
__all__ = ["__version__", "decode_image", "evaluate", "judge", "load_generator", "load_inspector"]

_HOME = {
    "decode_image": "core.imaging",
    "evaluate": "core.library",
    "judge": "core.library",
    "load_generator": "core.generators",
    "load_inspector": "core.inference.photo",
}


def __getattr__(name: str):
    """Import one of the five names when it is first asked for, so that `import core` is light."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """The public names, for those who look around."""
    return sorted(__all__)
