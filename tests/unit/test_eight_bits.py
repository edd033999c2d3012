"""A network in 8 bits: smaller, and shipped only if it judges as before."""

import sys

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops

from core.errors import UserError
from core.models.export import as_files
from core.publishing.eight_bits import (
    Trial,
    in_eight_bits,
    is_rounded,
    rounded_if_harmless,
    rounding,
)

SIDE = 16


@pytest.fixture
def network():
    """Two convolutions and a matrix of random numbers: the second convolution is rounded."""
    rng = np.random.default_rng(0)
    face = ops.parameter([-1, SIDE, SIDE, 3], np.float32, name="face")
    planes = ops.transpose(face, np.array([0, 3, 1, 2]))
    kernel = rng.standard_normal((32, 3, 3, 3)).astype(np.float32)
    settings = ([1, 1], [0, 0], [0, 0], [1, 1])
    mapped = ops.relu(ops.convolution(planes, kernel, *settings))
    kernel = rng.standard_normal((32, 32, 3, 3)).astype(np.float32)
    mapped = ops.relu(ops.convolution(mapped, kernel, *settings))
    pooled = ops.reduce_mean(mapped, np.array([2, 3]), keep_dims=False)
    row = ops.matmul(pooled, rng.standard_normal((32, 8)).astype(np.float32), False, False)
    return as_files(ov.Model([ops.result(row)], [face], "small"), half=True)


def _run(files, faces):
    core = ov.Core()
    return core.compile_model(core.read_model(*files), "CPU")(faces)[0]


@pytest.mark.slow
def test_a_rounded_network_is_smaller_and_says_nearly_the_same(network):
    faces = np.random.default_rng(1).random((40, SIDE, SIDE, 3), dtype=np.float32)
    rounded = in_eight_bits(*network, faces[:20], exact=1)
    before, after = _run(network, faces[20:]), _run(rounded, faces[20:])
    assert len(rounded[1]) < len(network[1])
    assert is_rounded(*rounded) and not is_rounded(*network)
    assert 0 < np.abs(after - before).mean() < 0.1 * before.std()


def test_without_nncf_it_is_said_how_to_get_it(network, monkeypatch):
    monkeypatch.setitem(sys.modules, "nncf", None)
    with pytest.raises(UserError, match=r"NNCF.* -r requirements-dev\.lock"):
        in_eight_bits(*network, np.zeros((1, SIDE, SIDE, 3), np.float32), exact=1)


@pytest.mark.slow
def test_the_first_convolution_and_the_matrix_stay_exact(network, capsys):
    faces = np.random.default_rng(1).random((20, SIDE, SIDE, 3), dtype=np.float32)
    rounded = ov.Core().read_model(*in_eight_bits(*network, faces, exact=1))
    assert capsys.readouterr().out == ""  # what is printed there is for other programs
    by_type = {}
    for layer in rounded.get_ordered_ops():
        sources = [port.get_source_output().get_node() for port in layer.inputs()]
        inputs = {source.get_type_name() for source in sources}
        by_type.setdefault(layer.get_type_name(), []).append("FakeQuantize" in inputs)
    assert by_type["Convolution"] == [False, True]
    assert by_type["MatMul"] == [False]


@pytest.mark.parametrize("recalibrated", [True, False])
def test_a_change_that_all_share_is_the_calibrations_to_mend(recalibrated):
    labels, before = np.array([0, 0, 1, 1]), np.array([3.0, 1.0, -1.0, -3.0])
    said = {b"plain": before, b"rounded": before + 1.0}
    trial = Trial(lambda graph, _: said[graph], labels, np.ones(4), recalibrated=recalibrated)
    assert trial.harm((b"plain", b""), (b"rounded", b"")).harmless == recalibrated


def test_rounding_that_moves_verdicts_is_seen():
    labels, even = np.array([0, 0, 1, 1]), np.ones(4)
    before = np.array([3.0, 1.0, -1.0, -3.0])
    assert rounding(labels, before, before + 0.01, even).harmless
    spread = rounding(labels, before, 2 * before, even)
    assert spread.auc_lost == 0 and spread.shift > 0.02 and not spread.harmless
    turned = rounding(labels, before, np.array([3.0, -1.1, -1.0, -3.0]), even)
    assert turned.auc_lost == pytest.approx(0.25) and not turned.harmless


@pytest.mark.slow
@pytest.mark.parametrize("harmless", [True, False])
def test_what_harms_verdicts_stays_as_it_was(network, harmless):
    faces = np.random.default_rng(1).random((40, SIDE, SIDE, 3), dtype=np.float32)
    plain = _run(network, faces)[:, 0]
    labels = np.where(np.arange(40) < 20, 0, 1)  # what it says is random, but for what is added

    def judge(*files):
        odds = (_run(files, faces)[:, 0] - plain.mean()) / plain.std() + np.where(labels, -9, 9)
        return odds if harmless or files == network else -odds

    trial = Trial(judge, labels, np.ones(40))
    files, found = rounded_if_harmless(network, faces, trial, exact=1)
    assert found.harmless == harmless
    assert (files == network) != harmless
