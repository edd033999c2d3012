"""One face, tensor to probability: the CNN as the app runs it beside other ways to run its weights.

    python -m bench.verdict

Each way runs in a process of its own, twice, in turn, so that none gains from another's warm
memory or from a quiet moment; the better of its two medians counts. Speeds are ratios: the
last column says how many times slower than ours a way is.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.common import median_ms, print_table, write_json
from core.artifacts import read_artifact
from core.process import prepare_process

WARM_UP, CALLS, ROUNDS = 10, 100, 2


def keras_model(logits: bool = False):
    from core.models.classifier import build_classifier

    model = build_classifier(logits=logits)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "classifier.weights.h5"
        file.write_bytes(read_artifact("classifier_weights"))
        model.load_weights(file)
    return model


def ours():
    from core.inference.photo import load_calibration
    from core.inference.predictor import load_predictor

    predictor, calibration = load_predictor(), load_calibration()
    return lambda face: calibration.p_fake(predictor.log_odds(face))


def keras_predict():
    model = keras_model()
    return lambda face: model.predict(face, verbose=0)


def keras_call():
    model = keras_model()
    return lambda face: np.asarray(model(face, training=False))


def tensorflow_compiled():
    import tensorflow as tf

    model = keras_model()
    compiled = tf.function(lambda face: model(face, training=False))
    return lambda face: compiled(face).numpy()


def onnx_runtime():
    import onnxruntime
    import tensorflow as tf
    import tf2onnx

    model = keras_model()
    spec = [tf.TensorSpec((None, 128, 128, 3), tf.float32, name="face")]
    graph = tf.function(lambda face: model(face, training=False))
    proto, _ = tf2onnx.convert.from_function(graph, input_signature=spec, opset=17)
    session = onnxruntime.InferenceSession(proto.SerializeToString())
    return lambda face: session.run(None, {"face": face})[0]


def openvino_exact():
    import openvino as ov

    from core.models.export import to_openvino

    core = ov.Core()
    settings = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(*to_openvino(keras_model())), "CPU", settings)
    return lambda face: compiled(face)[0]


def _panel(name: str):
    from core.inference.networks import load_panel

    panel = load_panel(name)
    return lambda face: panel.calibration.p_fake(panel.log_odds_of([_crop(face)]))


def _crop(face: np.ndarray) -> np.ndarray:
    pixels = (255 * face[0]).astype(np.uint8)
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


WAYS = {
    "ours": ours,
    "model.predict": keras_predict,
    "model(x)": keras_call,
    "compiled TF call": tensorflow_compiled,
    "ONNX Runtime": onnx_runtime,
    "OpenVINO in 32 bits": openvino_exact,
    "second opinion": lambda: _panel("second"),
    "both networks": lambda: _panel("both"),
}


def measure(name: str) -> float:
    """Median milliseconds of one way, in this process."""
    judge = WAYS[name]()
    faces = np.random.default_rng(0).random((CALLS + WARM_UP, 1, 128, 128, 3), dtype=np.float32)
    seconds = []
    for face in faces:
        started = time.perf_counter()
        judge(face)
        seconds.append(time.perf_counter() - started)
    return median_ms(seconds[WARM_UP:])


def main() -> None:
    prepare_process()
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1])))
        return
    medians = dict.fromkeys(WAYS, float("inf"))
    for _ in range(ROUNDS):
        for name in WAYS:
            command = [sys.executable, "-m", "bench.verdict", name]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            medians[name] = min(medians[name], json.loads(output.splitlines()[-1]))
    rows = [
        {"way": name, "median_ms": ms, "times ours": ms / medians["ours"]}
        for name, ms in medians.items()
    ]
    print_table(rows)
    write_json("verdict", rows)


if __name__ == "__main__":
    main()
