"""WebRTC and TensorFlow in one process: the order of loading once crashed it."""

import subprocess
import sys

import pytest
from streamlit import config

from core.config import ROOT


@pytest.mark.slow
@pytest.mark.parametrize(
    "program",
    [
        "import tensorflow, aiortc, streamlit_webrtc",
        "import core.models.classifier, aiortc",
        "import core.training.classifier.session, aiortc",
        "import core.inference.explain, tensorflow, ui.live.connection",
    ],
)
def test_either_may_come_first(program):
    program = f"from core.process import prepare_process as p; p(); {program}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr[-500:]


def test_no_search_for_changed_sources_stops_the_event_loop():
    """With TensorFlow loaded it takes seconds for each new session.

    A browser that gets no answer for five seconds breaks the video connection off.
    """
    config.get_config_options(force_reparse=True)
    assert config.get_option("server.fileWatcherType") == "none"
