"""The generators that a run of the DCGAN has saved."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from core.errors import UserError
from core.generators.dcgan import Dcgan
from core.models.dcgan import build_generator
from core.models.export import to_keras_file, to_openvino
from core.training.catalogue import network_name
from core.training.checkpoint import load_weights, unstack
from core.training.gan.restart import build_judge
from core.training.run_folder import RunFolder


@dataclass
class StoredRun:
    """A run of the DCGAN and its saved generators.

    Args:
        path: the run's folder.

    Raises:
        UserError: it holds no run of a DCGAN, or one without a finished epoch.
    """

    path: Path

    def __post_init__(self):
        self.folder = RunFolder(self.path)
        settings = self.folder.settings()  # says in words if there is no run
        if (other := network_name(settings)) != "dcgan":
            raise UserError(f"{self.path} holds no DCGAN, but a run of `train {other}`.")
        if not self.folder.has_history:
            raise UserError(f"The run in {self.path} has not finished an epoch yet.")
        self.history = pd.DataFrame(self.folder.load_history())

    def at(self, epoch: int) -> dict[str, int]:
        """{"epoch": epoch, "images": real faces seen by its end}."""
        row = self.history[self.history["epoch"] == epoch]
        return {"epoch": epoch, "images": int(row["images"].iloc[0])}

    def stored_epochs(self) -> list[int]:
        """The finished epochs with a snapshot, ascending."""
        kept = (self.path / "snapshots").glob("epoch_*.*")
        stored = sorted({int(file.stem.removeprefix("epoch_")) for file in kept})
        return [epoch for epoch in stored if epoch in set(self.history["epoch"])]

    def _file(self, epoch: int, suffix: str) -> Path:
        return self.path / "snapshots" / f"epoch_{epoch:05d}.{suffix}"

    def has_weights(self, epoch: int) -> bool:
        """Whether the epoch's weights are here; of epochs before a restart only graphs are."""
        return self._file(epoch, "npz").exists()

    def model(self, epoch: int):
        """The generator after an epoch as a Keras model; its weights were stored as float16."""
        weights = load_weights(self._file(epoch, "npz"))
        model = build_generator()
        model.set_weights([np.asarray(array, np.float32) for array in weights])
        return model

    def snapshot(self, epoch: int) -> tuple[bytes, bytes]:
        """The generator after an epoch as an OpenVINO graph (XML) and its float16 constants."""
        if self.has_weights(epoch):
            return to_openvino(self.model(epoch), half=True)
        return self._file(epoch, "xml").read_bytes(), self._file(epoch, "bin").read_bytes()

    def generator(self, epoch: int) -> Dcgan:
        """The generator after an epoch, ready to paint."""
        own = self.has_weights(epoch)
        graph, constants = to_openvino(self.model(epoch)) if own else self.snapshot(epoch)
        # as the registry will name it, once it is published
        return Dcgan(graph, constants, version=hashlib.sha256(constants).hexdigest())

    def networks(self, epoch: int) -> dict[str, bytes]:
        """The files of both networks: suffix -> content; the discriminator is the latest one."""
        kind = self.folder.settings()["recipe"].get("discriminator", "cnn")
        model, discriminator = self.model(epoch), build_judge(kind)
        graph, constants = to_openvino(model)
        state = self.folder.load_state()
        if state is None:
            raise UserError(f"{self.path} holds no finished epoch. Continue its training first.")
        discriminator.set_weights(unstack(state, "d"))
        return {
            "xml": graph,
            "bin": constants,
            "weights.h5": to_keras_file(model),
            "discriminator.weights.h5": to_keras_file(discriminator),
        }
