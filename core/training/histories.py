"""Histories of training runs as tables: of published networks, the authors' run, run folders."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from core.artifacts import load_registry, read_artifact, read_json
from core.config import ARTIFACTS_DIR
from core.errors import UserError
from core.picture_files import counted
from core.training.meanings import titled
from core.training.run_folder import RunFolder

QUANTITIES = {
    "accuracy": "Accuracy",
    "val_accuracy": "Accuracy on valid",
    "loss": "Loss",
    "val_loss": "Loss on valid",
    "val_roc_auc": "ROC AUC on valid",
    "lr": "Learning rate",
    "d_loss": "Discriminator's loss",
    "g_loss": "Generator's loss",
    "d_real": "Mean P(real) of real faces",
    "d_fake": "Mean P(real) of generated faces",
    "paint_error": "Painting error",
    "frechet": "Fréchet distance",
    "kid": "Kernel distance (KID)",
}
_RISING = {"accuracy", "val_accuracy", "val_roc_auc"}  # higher is better
_FALLING = {"loss", "val_loss", "frechet", "kid"}
_LABELS = {
    "classifier": "Our classifier (shipped)",
    "original": "Classifier, the authors' recipe, our data",
    "generator": "Our DCGAN (shipped)",
    "original_generator": "DCGAN, the authors' recipe, our data",
}
AUTHORS = "The authors' published run"
AUTHORS_NOTE = (
    "The authors are those of the project whose layers this CNN and this DCGAN have. From the log "
    "they published: their figures on valid are of their test split, on which they "
    "chose the best epoch, so its figure is too good. They report about an hour an epoch."
)
# From the authors' log, one value per epoch.
_AUTHORS = {
    "accuracy": ".7454 .8384 .8795 .9070 .9253 .9372 .9461 .9531 .9577 .9634 .9680 .9699 .9724 "
    ".9740 .9754",
    "val_accuracy": ".8288 .8891 .8895 .9074 .9305 .9479 .9607 .9579 .9607 .9654 .9675 .9666 "
    ".9777 .9746 .9605",
    "loss": ".5201 .3613 .2847 .2261 .1861 .1581 .1374 .1197 .1095 .0965 .0850 .0791 .0749 .0687 "
    ".0663",
    "val_loss": ".3803 .2729 .2685 .2247 .1772 .1349 .1054 .1131 .1047 .0918 .0891 .0909 .0640 "
    ".0688 .1210",
}
_AUTHORS_EPOCH_S = 3600.0  # "about an hour an epoch" on a laptop
_AUTHORS_RATE = 0.01
_AUTHORS_SETTINGS = {
    "optimizer": "sgd",
    "learning_rate": _AUTHORS_RATE,
    "batch_size": 32,
    "epochs": 15,
    "samples_per_epoch": 100_000,
}


@dataclass(frozen=True)
class History:
    """A run's history.

    Attributes:
        name: for the user.
        table: one row per epoch: epoch (int64, ascending), minutes since the start, and some of
            `QUANTITIES`, float64, NaN where there is no value.
        notes: sentences for the user.
        settings: hyperparameters by name, JSON values.
    """

    name: str
    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    settings: Mapping = field(default_factory=dict)

    @property
    def quantities(self) -> list[str]:
        """The keys of `QUANTITIES` that have at least one value."""
        return [
            name for name in QUANTITIES if name in self.table and self.table[name].notna().any()
        ]


def authors_history() -> History:
    """The authors' published run of the classifier."""
    table = pd.DataFrame({name: map(float, text.split()) for name, text in _AUTHORS.items()})
    table["epoch"] = np.arange(1, len(table) + 1)
    table["lr"] = _AUTHORS_RATE
    table["minutes"] = table["epoch"] * _AUTHORS_EPOCH_S / 60
    return History(AUTHORS, table, (AUTHORS_NOTE,), _AUTHORS_SETTINGS)


def parse_history(data: bytes, name: str) -> History:
    """Read a `history.csv` that may be damaged.

    Cells that are not numbers become NaN; unknown columns are left out. Lines without a valid
    epoch and a half-written last line are left out, which a note says.

    Args:
        data: the file's bytes.
        name: for the user.

    Raises:
        UserError: it is empty, has no column "epoch", or no usable line.
    """
    notes = []
    try:
        text = data.decode("utf-8", "replace")
        raw = pd.read_csv(io.StringIO(text), dtype=str, on_bad_lines="skip")
    except (pd.errors.EmptyDataError, pd.errors.ParserError, ValueError) as error:
        raise UserError(f"The history of {name} is empty. It is written after an epoch.") from error
    if "epoch" not in raw:
        raise UserError(f'The history of {name} has no column "epoch": it is no run\'s history.')
    wanted = [*(name for name in QUANTITIES if name in raw), *({"epoch", "seconds"} & set(raw))]
    numbers = pd.DataFrame(
        {name: pd.to_numeric(raw[name], errors="coerce").astype(float) for name in wanted}
    )
    numbers = numbers.replace([np.inf, -np.inf], np.nan)
    usable = numbers["epoch"].between(1, 1e9) & (numbers["epoch"] % 1 == 0)
    if not text.endswith("\n") and len(numbers) and text.count("\n") == len(numbers):
        usable &= np.arange(len(numbers)) < len(numbers) - 1  # its last number may be cut short
    if (dropped := int((~usable).sum())) or text.count("\n") > len(raw) + 1:
        notes.append(f"Left out as not readable: {counted(max(dropped, 1), 'line')} of it.")
    table = numbers[usable].drop_duplicates("epoch", keep="last").sort_values("epoch")
    if table.empty:
        raise UserError(f"The history of {name} has no finished epoch yet.")
    table["epoch"] = table["epoch"].astype(np.int64)
    seconds = table.get("seconds", np.nan)
    table["minutes"] = (pd.Series(seconds, table.index).fillna(0).cumsum() / 60).astype(float)
    return History(name, table.drop(columns="seconds", errors="ignore").reset_index(drop=True),
                   tuple(notes))  # fmt: skip


def shipped_histories(folder: Path = ARTIFACTS_DIR) -> dict[str, History]:
    """Histories of the published networks by name; generators' with their measured quality.

    Raises:
        UserError: the registry is missing or damaged.
    """
    registry, found = load_registry(folder), {}
    for name, label in _LABELS.items():
        if f"{name}_history" in registry:
            history = parse_history(read_artifact(f"{name}_history", folder), label)
            metrics = read_json(f"{name}_metrics", folder)
            history = replace(history, settings=hyperparameters(metrics))
            found[name] = _with_quality(_with_start(history, metrics), metrics)
    return found


def hyperparameters(told: Mapping) -> dict:
    """The hyperparameters of a run.

    Args:
        told: the run's settings or metrics, of any content.

    Returns:
        The recipe's settings, "data" (faces per source) and "start", as far as they are there.
    """
    recipe = told.get("recipe")
    found = dict(recipe) if isinstance(recipe, Mapping) else {}
    return found | {key: told[key] for key in ("data", "start") if told.get(key)}


def _with_start(history: History, metrics: Mapping) -> History:
    """Add a note to a run that started from trained weights: its first epochs look too good."""
    start = metrics.get("start")
    if not start:
        return history
    note = f"Started from trained weights ({start}), not from random ones."
    return replace(history, notes=(*history.notes, note))


def _with_quality(history: History, metrics: Mapping) -> History:
    if "by_epoch" not in metrics:
        return history
    quality = pd.DataFrame(metrics["by_epoch"])[["epoch", "frechet", "kid"]]
    return replace(history, table=history.table.merge(quality, on="epoch", how="left"))


def run_history(run: Path) -> History:
    """The history of a run folder.

    Raises:
        UserError: it does not exist, or has no readable history yet.
    """
    history = parse_history(RunFolder(run).read_history(), run.name)
    try:
        return replace(history, settings=hyperparameters(RunFolder(run).settings()))
    except UserError:  # its curves are there without them
        return history


def pace(runs: Iterable[Path], recipe: str, *, gan: bool) -> tuple[str, float] | None:
    """Minutes per epoch of the first run that used a recipe.

    Args:
        runs: run folders, in the order in which they are tried.
        recipe: its name.
        gan: whether the recipe trains a generator; names of both kinds overlap.

    Returns:
        (name of the run, minutes per epoch); None if no run used it.
    """
    for run in runs:
        try:
            history = run_history(run)
        except UserError:
            continue  # not begun yet, or damaged
        minutes = float(history.table["minutes"].iloc[-1])
        same = history.settings.get("name") == recipe and ("d_loss" in history.quantities) == gan
        if same and minutes > 0:
            return history.name, minutes / len(history.table)
    return None


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """Bias-corrected exponential moving average; NaN stays NaN.

    Args:
        values: float (n,).
        weight: of the past values, in [0, 1); 0 changes nothing.
    """
    past = pd.Series(values, dtype=float).ewm(alpha=1 - weight, ignore_na=True)
    return past.mean().where(~np.isnan(values)).to_numpy()


def in_words(history: History, quantity: str) -> str:
    """A curve as one sentence, for screen readers."""
    rows = history.table[["epoch", quantity]].dropna()
    first, last = rows.iloc[0], rows.iloc[-1]
    name = QUANTITIES[quantity]
    if len(rows) == 1:
        return f"{history.name}: {name} is {first[quantity]:.4g} at epoch {first['epoch']:.0f}."
    trend = "rises" if last[quantity] > first[quantity] else "falls"
    trend = "stays" if np.isclose(last[quantity], first[quantity], rtol=1e-3) else trend
    words = (
        f"{history.name}: {name} {trend} from {first[quantity]:.4g} at epoch {first['epoch']:.0f} "
        f"to {last[quantity]:.4g} at epoch {last['epoch']:.0f}"
    )
    if quantity in _RISING | _FALLING:
        at = rows[quantity].idxmax() if quantity in _RISING else rows[quantity].idxmin()
        best = rows.loc[at]
        words += f"; best is {best[quantity]:.4g} at epoch {best['epoch']:.0f}"
    return words + "."


def settings_table(histories: list[History], *, differing: bool) -> pd.DataFrame:
    """Hyperparameters of runs side by side, as text.

    Args:
        histories: the runs, with distinct names.
        differing: leave out hyperparameters that are equal in all runs.

    Returns:
        One row per hyperparameter, one column per run; "" where a run has no value.
    """
    names = dict.fromkeys(name for history in histories for name in history.settings)
    rows = {titled(name): [_said(h.settings.get(name)) for h in histories] for name in names}
    if differing:
        rows = {name: values for name, values in rows.items() if len(set(values)) > 1}
    columns = [history.name for history in histories]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _said(value: object) -> str:
    """A JSON value as text."""
    if value is None or value == [] or value == {}:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_said(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def to_long(histories: list[History]) -> pd.DataFrame:
    """All values of all runs in long form: columns run, epoch, minutes, quantity, value."""
    parts = [
        history.table.melt(
            ["epoch", "minutes"], history.quantities, var_name="quantity", value_name="value"
        ).assign(run=history.name)
        for history in histories
    ]
    columns = ["run", "epoch", "minutes", "quantity", "value"]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True).dropna(subset="value")[columns]
