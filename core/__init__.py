"""Real vs Fake Faces: the library under the dashboard. It never imports streamlit."""

import sys
from contextlib import suppress

# TensorFlow exports symbols that the library behind WebRTC's encryption has too. Loaded after
# TensorFlow it crashes the whole process (a heat map first, then the webcam); before, both work.
# Who has imported TensorFlow already gets everything but the webcam.
if "tensorflow" not in sys.modules:
    with suppress(ImportError):
        import pylibsrtp  # noqa: F401

# OpenVINO's converter reports every use of it to a third party, from a forked process that can
# lock up its parent. It does without where this module cannot be imported.
sys.modules.setdefault("openvino_telemetry", None)
