"""Write the generator's card: what was measured is read from its files, fixed sizes stand here."""

from pathlib import Path

from core.artifacts import load_registry, read_json, ship_file
from core.evaluation.generators.face_check import REACH, SCORE

CARD_FILE = "GENERATOR_CARD.md"
WAYS = "generator_ways"  # in the registry
_FIGURES = (
    ("frechet", "Fréchet", "{:.1f}"),
    ("fid", "FID", "{:.1f}"),  # only where Inception was at hand
    ("kid", "KID", "{:.4f}"),
    ("precision", "precision", "{:.2f}"),
    ("recall", "recall", "{:.2f}"),
    ("density", "density", "{:.2f}"),
    ("coverage", "coverage", "{:.2f}"),
    ("frechet_dinov2", "Fréchet, DINOv2", "{:.0f}"),
    ("whole", "whole", "{:.2f}"),
    ("sharpness", "sharpness", "{:.2f}"),
    ("ms_ssim", "MS-SSIM", "{:.2f}"),
    ("nearest_ratio", "nearest", "{:.2f}"),
    ("suspicious", "too near", "{:.3f}"),
)


def write_generator_card(folder: Path) -> None:
    """Render the card of the shipped generator, if there is one, and register it.

    Args:
        folder: where the registry lies.

    Raises:
        UserError: the metrics were changed.
    """
    registry = load_registry(folder)
    if "generator_metrics" not in registry:
        return
    metrics = read_json("generator_metrics", folder)
    baseline = None
    if "original_generator_metrics" in registry:
        baseline = read_json("original_generator_metrics", folder)
    parts = [_HEAD, _training(metrics), _quality(metrics, baseline), _equal(metrics, baseline)]
    parts += [_ways(folder), _LIMITS, _terms(metrics)]
    text = "\n\n".join(part.strip() for part in parts if part) + "\n"
    data = registry["generator_metrics"].data
    kind = "model card"
    ship_file("generator_card", CARD_FILE, text.encode(), kind=kind, data=data, folder=folder)


_HEAD = """
# Model card: DCGAN for faces

A small generator (1,520,643 parameters) that paints faces of 128x128 pixels from 128 random
numbers, and the discriminator it was trained against. This card is written by `python -m core
publish` from the measured files beside it.

**Use it** to look inside a generator and to test detectors. Its faces are no one's, and look it.
"""

_LIMITS = """
## What it cannot do

- It paints aligned, frontal faces as its sources have them, with their biases: celebrities,
  studio light, few children and old people. It must not stand for any group of people.
- Details such as teeth, glasses, earrings and backgrounds come out wrong, and there is no control
  over what a face shows but by the directions of its first layer, whose names were measured.
"""

_SOURCES = {
    "celeba": ("CelebA", "non-commercial research only"),
    "celebahq": ("CelebA-HQ", "non-commercial research only"),
    "ffhq": ("FFHQ", "CC BY-NC-SA 4.0"),
    "portraits": ("portraits from the web", "research only"),
}


def sources_of(metrics: dict) -> list[str]:
    """The names of the sets of photos that a generator learned from, the largest first.

    Args:
        metrics: as `publish ... --as generator` keeps them.
    """
    found = sorted(metrics["data"], key=metrics["data"].get, reverse=True)
    return [_SOURCES.get(source, (source, ""))[0] for source in found]


def _terms(metrics: dict) -> str:
    named = [_SOURCES.get(source, (source, "its own terms")) for source in metrics["data"]]
    sources = ", ".join(f"{name} ({terms})" for name, terms in named)
    return (
        "## Terms\n\n"
        f"Trained on {sources}: the weights and what they paint are for non-commercial use. No "
        "photograph is part of this repository."
    )


_GAMES = {
    "cnn": "the classifier's layers with one output (1,666,753 parameters)",
    "projected": "four small heads on frozen maps of EfficientNet-Lite0, which had learned on "
    "ImageNet (a projected GAN, Sauer et al., NeurIPS 2021: such heads flatter distances in spaces "
    "that were learned on ImageNet too)",
}


def played_against(metrics: dict) -> list[tuple[str, int]]:
    """What a generator was trained against, in order: ("cnn" or "projected", its last epoch).

    Args:
        metrics: `generator.metrics.json`; the oldest ones name no discriminator.
    """
    changes = [
        (go["changed"]["discriminator"][0], go["epoch"])
        for go in metrics.get("restarts", [])
        if "discriminator" in go["changed"]
    ]
    last = metrics["recipe"].get("discriminator", "cnn"), metrics["shipped"]["epoch"]
    return [*changes, last]


def discriminator_in_words(kind: str) -> str:
    """What a kind of discriminator is made of, without a full stop.

    Args:
        kind: "cnn" or "projected".
    """
    return _GAMES[kind]


def _training(metrics: dict) -> str:
    recipe, images = metrics["recipe"], metrics["shipped"]["images"]
    faces = ", ".join(f"{count} {source}" for source, count in metrics["data"].items())
    return (
        "## Training\n\n"
        f"Recipe `{recipe['name']}` on the real faces of train and valid ({faces}), framed alike: "
        f"{images:,} images seen in steps of {recipe['batch_size']}. {_warm_up(metrics)}"
        f"Discriminator: {discriminator_in_words(played_against(metrics)[-1][0])}. "
        f"{_restarts(metrics)}"
        "The shipped generator is the moving average of the weights at the stored epoch whose "
        "faces came nearest to real ones. `docs/experiments.md` tells what was tried."
    )


def _warm_up(metrics: dict) -> str:
    """What the very first run began with."""
    steps = metrics["recipe"]["warmup_steps"]
    for go in metrics.get("restarts", []):
        if "warmup_steps" in go["changed"]:
            steps = go["changed"]["warmup_steps"][0]
            break
    if not steps:
        return ""
    return (
        f"In the first {steps * metrics['recipe']['batch_size']:,} of them it painted faces from "
        "their principal components, before the game began. "
    )


def _restarts(metrics: dict) -> str:
    """How often, and how, the run went on from published weights."""
    goes = metrics.get("restarts", [])
    if not goes:
        return ""
    told = []
    for go in goes:
        changes = ", ".join(
            f"{key} {new} ({old} before)" for key, (old, new) in go["changed"].items()
        )
        told.append(f"after epoch {go['epoch']}{f' with {changes}' if changes else ''}")
    return (
        f"It was trained in {len(goes) + 1} goes, each begun with the published weights of the one "
        f"before and new optimizers: {'; '.join(told)}. "
    )


def quality_rows(metrics: dict, baseline: dict | None) -> dict[str, dict[str, float]]:
    """The figures of every set of faces by what the set is, the nearest to real ones first.

    Args:
        metrics: `generator.metrics.json`.
        baseline: `original_generator.metrics.json`, if the authors' recipe was measured too.
    """
    rows = dict(metrics["quality"])
    if baseline:
        seen = baseline["shipped"]["images"]
        rows[f"the authors' recipe, {seen:,} images"] = baseline["quality"]["this generator"]
    return dict(sorted(rows.items(), key=lambda item: item[1]["frechet"]))


def _quality(metrics: dict, baseline: dict | None) -> str:
    rows, measured = quality_rows(metrics, baseline), metrics["measured_with"]
    return (
        "## Quality\n\n"
        f"Against {measured['reference_faces']} real training faces, in a frozen feature space no "
        f"network of ours had part in: {measured['feature_space']}, SHA-256 "
        f"`{measured['feature_sha256'][:16]}...`. This is not FID, which needs Inception; the "
        "Fréchet distance falls with the number of faces, so compare rows of this table only. "
        "*Nearest*: median distance to the nearest training face, over that of unseen real faces "
        "(a copier's is near 0). *Too near*: share nearer than the nearest 1% of unseen real "
        f"faces.{_more(measured)}\n\n" + _table(f"{measured['faces_a_set']} faces of", rows)
    )


def _table(head: str, rows: dict[str, dict[str, float]]) -> str:
    """A row for each set of faces, a column for each figure that one of them has."""
    figures = [figure for figure in _FIGURES if any(figure[0] in row for row in rows.values())]
    names = " | ".join(name for _, name, _ in figures)
    lines = [f"| {head} | {names} |", "|---" * (len(figures) + 1) + "|"]
    for title, row in rows.items():
        cells = " | ".join(form.format(row[key]) if key in row else "-" for key, _, form in figures)
        lines.append(f"| {title} | {cells} |")
    return "\n".join(lines)


def _ways(folder: Path) -> str:
    """What `tools/dcgan_ways.py` found, if it was kept."""
    if WAYS not in load_registry(folder):
        return ""
    ways = read_json(WAYS, folder)["ways"]
    rows = {f"{row['way']}: {row['images']:,} images": row for row in ways}
    hours = max(row["core_s"] for row in ways) / 3600
    return (
        "## Ways to train it on\n\n"
        "Each began with the published weights of the time and new optimizers, and was trained "
        f"until the cores had worked {hours:.1f} hours for it; its newest epoch was measured "
        "like the sets above (`python -m tools.dcgan_ways`).\n\n" + _table("way", rows)
    )


def _more(measured: dict) -> str:
    """What the columns mean that earlier measurements lack."""
    if "dinov2" not in measured:
        return ""
    return (
        f" *Fréchet, DINOv2*: {dinov2_in_words(measured)}. *Whole*: share of the faces "
        f"that BlazeFace finds with a score of {SCORE:g}, with eyes, nose and mouth within "
        f"{REACH:.3f} of the side of where they belong."
    )


def dinov2_in_words(measured: dict) -> str:
    """What the Fréchet distance in DINOv2's space is and why it counts, without a full stop.

    Args:
        measured: `measured_with` of metrics that have that distance.
    """
    return (
        f"the same distance in the space of {measured['dinov2']}, with which people agree better "
        f"(Stein et al., NeurIPS 2023), to {measured['dinov2_reference_faces']} of the training "
        "faces"
    )


def _equal(metrics: dict, baseline: dict | None) -> str:
    """Both recipes after about as many images, at each measured epoch of the authors'."""
    if baseline is None:
        return ""
    lines = [
        "| images: theirs, ours | Fréchet: theirs | ours | KID: theirs | ours |",
        "|---" * 5 + "|",
    ]
    for theirs in baseline["by_epoch"]:
        ours = min(metrics["by_epoch"], key=lambda row: abs(row["images"] - theirs["images"]))
        lines.append(
            f"| {theirs['images']:,}, {ours['images']:,} | {theirs['frechet']:.1f} "
            f"| {ours['frechet']:.1f} | {theirs['kid']:.3f} | {ours['kid']:.3f} |"
        )
    return (
        "## Against the authors' recipe at equal images\n\n"
        "Both on the same faces; of ours the measured epoch that is nearest in images seen.\n\n"
        + "\n".join(lines)
    )
