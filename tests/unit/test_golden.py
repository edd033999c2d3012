"""The example pictures get the verdicts of the golden file, so that no change moves one unseen."""

import json

import numpy as np
import pytest

from core.inference.networks import checksum_of, network_files
from core.inference.photo import load_inspector
from tools.golden_verdicts import GOLDEN, golden

RENEW = "If that is meant, run `make figures` and look at what it changes in tests/golden/."
BOX_PX, P_FAKE = 4, 0.03  # what another processor's arithmetic may move


@pytest.fixture(scope="module")
def kept() -> dict:
    return json.loads(GOLDEN.read_text())


def test_the_golden_file_is_of_the_shipped_networks(kept):
    assert kept["networks"] == checksum_of(network_files()), f"The weights are others. {RENEW}"


@pytest.mark.slow
def test_every_example_gets_the_verdict_it_got_before(kept, blazeface):
    found = golden(load_inspector())["pictures"]
    assert found.keys() == kept["pictures"].keys(), RENEW
    for name, before in kept["pictures"].items():
        now = found[name]
        assert [face["verdict"] for face in now] == [face["verdict"] for face in before], (
            f"{name}. {RENEW}"
        )
        for face, old in zip(now, before, strict=True):
            assert np.abs(np.subtract(face["box"], old["box"])).max() <= BOX_PX, f"{name}. {RENEW}"
            said, told = (
                np.array([each["p_fake"], *each["opinions"].values()], float)
                for each in (face, old)
            )
            np.testing.assert_allclose(said, told, atol=P_FAKE, err_msg=f"{name}. {RENEW}")
