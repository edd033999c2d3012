"""Data-parallel training on several devices or hosts with `tf.distribute`.

The step equals that of one device: losses are divided by the size of the whole batch, gradients
are summed, and batch normalization uses the statistics of the whole batch. Every worker reads the
data set; the first one writes the run.
"""

import json
import os
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.config import STRATEGIES
from core.errors import UserError
from core.json_text import read_object
from core.training.run_folder import Progress, RunFolder

CLUSTER = "TF_CONFIG"  # TensorFlow's own variable
_GONE = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)


def load_devices(strategy: str) -> "Devices":
    """All devices of a strategy. Call it before anything else that uses TensorFlow.

    Args:
        strategy: "mirrored" for every GPU of this machine, or every logical CPU if it has none;
            "multiworker" for the workers in the environment variable TF_CONFIG.

    Raises:
        UserError: another strategy, or TF_CONFIG does not describe the workers.
    """
    if strategy == "multiworker":
        first = is_first_worker(os.environ.get(CLUSTER, ""))
        return Devices(tf.distribute.MultiWorkerMirroredStrategy(), first=first)
    if strategy != "mirrored":
        raise UserError(f"A strategy is one of {', '.join(STRATEGIES)}. Received: {strategy}")
    found = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    return Devices(tf.distribute.MirroredStrategy([device.name for device in found]))


def is_first_worker(text: str) -> bool:
    """Whether this process is the worker that writes the run: the chief, or else worker 0.

    Args:
        text: of TF_CONFIG, as in {"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type":
            "worker", "index": 0}}.

    Raises:
        UserError: it does not say which workers there are, or which one this is.
    """
    try:
        config = read_object(text)
        cluster, kind, index = config["cluster"], config["task"]["type"], config["task"]["index"]
        known = {"chief", "worker"} & cluster.keys()
        if kind not in known or not 0 <= int(index) < len(cluster[kind]):
            raise ValueError("The task is not in the cluster")
        return kind == "chief" or ("chief" not in known and int(index) == 0)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        example = {"cluster": {"worker": ["HOST:2222", "HOST:2222"]}}
        example["task"] = {"type": "worker", "index": 0}
        raise UserError(
            f"--strategy multiworker reads {CLUSTER} from the environment, as in "
            f"{json.dumps(example)}. Received: {text[:200] or 'nothing'}"
        ) from error


class Devices:
    """The devices that share the work of a run."""

    def __init__(self, strategy: tf.distribute.Strategy, *, first: bool = True):
        self._strategy, self._first = strategy, first

    @property
    def count(self) -> int:
        """How many devices there are, including those of other workers."""
        return self._strategy.num_replicas_in_sync

    def scope(self) -> AbstractContextManager:
        """The context in which the network and its optimizer must be built."""
        return self._strategy.scope()

    @property
    def first(self) -> bool:
        """Whether this is the one worker that writes the run's folder."""
        return self._first

    def run_folder(self, out: Path) -> RunFolder:
        """The run's folder: all workers read it, only the first one writes."""
        return RunFolder(out) if self._first else _Onlooker(out)

    def prepare(self, model: keras.Model, optimizer: keras.optimizers.Optimizer) -> "Steps":
        """The training steps of a network that was built in `scope`."""
        for layer in model.layers:
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.synchronized = True
        return Steps(self._strategy, model, optimizer)


class Steps:
    """Training steps and predictions of one network on all devices."""

    def __init__(
        self,
        strategy: tf.distribute.Strategy,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
    ):
        self._strategy, self._model, self._optimizer = strategy, model, optimizer
        self._train = tf.function(self._train_everywhere, reduce_retracing=True)
        self._predict = tf.function(self._predict_everywhere, reduce_retracing=True)

    def train(self, faces, targets: np.ndarray) -> tuple[float, float]:
        """Train on one batch.

        Args:
            faces: float32 (b, side, side, 3) in [0, 1].
            targets: float32 (b, 2), P(fake) and P(real); rows sum to 1.

        Returns:
            The batch's mean loss, and its accuracy in [0, 1].

        Raises:
            UserError: another worker ended or cannot be reached.
        """
        count = tf.constant(len(targets), tf.float32)
        loss, hits = self._told(self._train, self._shared(faces, targets), count)
        return float(loss), float(hits)

    def predict(self, faces) -> np.ndarray:
        """Logits, float32 (b, 2), of faces as in `train`.

        Raises:
            UserError: another worker ended or cannot be reached.
        """
        return np.asarray(self._told(self._predict, self._shared(faces)))[: len(faces)]

    def _shared(self, *arrays) -> Any:
        """Split a batch into one slice per device, with a weight for each face.

        With fewer faces than devices, copies of the first face with weight 0 fill up.
        """
        count, devices = len(arrays[0]), self._strategy.num_replicas_in_sync
        rows = np.r_[np.arange(count), np.zeros(max(0, devices - count), np.int64)]
        weights = (np.arange(len(rows)) < count).astype(np.float32)
        tensors = [tf.gather(array, rows) for array in arrays] + [tf.constant(weights)]

        def share(context: tf.distribute.ReplicaContext) -> tuple:
            number = context.replica_id_in_sync_group
            here = slice(*(len(rows) * end // devices for end in (number, number + 1)))
            return tuple(tensor[here] for tensor in tensors)

        return self._strategy.experimental_distribute_values_from_function(share)

    def _train_everywhere(self, shares, count):
        summed = self._strategy.run(self._train_here, args=(*shares, count))
        return [self._strategy.reduce("SUM", each, axis=None) for each in summed]

    def _train_here(self, faces, targets, weights, count):
        variables = self._model.trainable_variables
        with tf.GradientTape() as tape:
            logits = tf.cast(self._model(faces, training=True), tf.float32)
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_sum(weights * losses) / count
        self._optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
        hit = tf.equal(tf.argmax(logits, axis=1), tf.argmax(targets, axis=1))
        return loss, tf.reduce_sum(weights * tf.cast(hit, tf.float32)) / count

    def _predict_everywhere(self, shares):
        logits = self._strategy.run(self._predict_here, args=shares)
        return self._strategy.gather(logits, axis=0)

    def _predict_here(self, faces, weights):
        return self._model(faces, training=False)

    def _told(self, step: Callable, *args):
        try:
            return step(*args)
        except _GONE as error:
            raise UserError(
                "Another worker is gone, so the epoch cannot be finished. Start all workers again "
                "with --resume: they continue after the last finished epoch."
            ) from error


class _Onlooker(RunFolder):
    """The run folder of the other workers, which only read."""

    @contextmanager
    def opened(self, settings: dict, *, resume: bool, longer: bool = False) -> Generator[None]:
        """Leave it to the first worker."""
        yield

    def save_progress(self, progress: Progress) -> None:
        """Leave it to the first worker."""

    def save_state(self, arrays: dict[str, np.ndarray]) -> None:
        """Leave it to the first worker."""

    def save_best(self, weights: list[np.ndarray]) -> None:
        """Leave it to the first worker."""

    def save_history(self, rows: list[dict]) -> None:
        """Leave it to the first worker."""
