"""What a process must be told before it loads TensorFlow, OpenVINO's converter or WebRTC.

The app's pages and the command line call it first. A program of yours that trains, or that shows
heat maps beside a webcam, does so too; importing `core` changes nothing about its process.
"""

import os
import sys
from contextlib import suppress

_TENSORFLOW = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # TensorFlow sums in another order when it runs two operations at once, so two runs of the
    # same seed part in the last digits and then for good. One operation at a time (each still on
    # all cores) costs nothing on a network without branches, and makes `--resume` exact.
    "TF_NUM_INTEROP_THREADS": "1",
}


def prepare_process() -> None:
    """Set the process up; what its environment says already stays as it is. Calls may repeat."""
    for name, value in _TENSORFLOW.items():
        os.environ.setdefault(name, value)
    # TensorFlow exports symbols that the library behind WebRTC's encryption has too. Loaded after
    # TensorFlow it crashes the whole process (a heat map first, then the webcam); before, both
    # work. Who has imported TensorFlow already gets everything but the webcam.
    if "tensorflow" not in sys.modules:
        with suppress(ImportError):
            import pylibsrtp  # noqa: F401
    # OpenVINO's converter reports every use of it to a third party, from a forked process that can
    # lock up its parent. It does without where this module cannot be imported.
    sys.modules.setdefault("openvino_telemetry", None)
