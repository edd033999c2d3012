"""Write the model card: what was measured is read from its files, only fixed sizes stand here."""

from pathlib import Path

from core.artifacts import load_registry, read_json, ship_file
from core.config import HARDEST_PAIR
from core.evaluation.calibration import ACCUSED_RATE, CLEARED_UP_TO, MISSED_RATE
from core.evaluation.knowledge import shipped_knowledge, sources_of_fakes
from core.evaluation.plain_words import PLAIN_WORDS, plain_lines
from core.evaluation.robustness import SWEPT
from core.evaluation.sources import family_of, kinds_of, titled
from core.inference.networks import load_calibration
from core.inference.views import VIEW_SCALES
from core.publishing.card_sections import (
    differing_counts,
    generalization_section,
    left_out_section,
    robustness_section,
    served_section,
    tried_section,
)

CARD_FILE = "MODEL_CARD.md"
_BASELINE = "original"


def write_model_card(folder: Path) -> None:
    """Render the card of the shipped classifier and enter it into the registry.

    Args:
        folder: where the registry lies.

    Raises:
        UserError: the metrics are missing or were changed.
    """
    registry = load_registry(folder)
    metrics = read_json("classifier_metrics", folder)
    calibration = read_json("classifier_calibration", folder)
    baseline = (
        read_json(f"{_BASELINE}_metrics", folder) if f"{_BASELINE}_metrics" in registry else None
    )
    parts = [
        _HEAD,
        _plain_words(registry, folder),
        _LIMITS.format(families=_known_to_cnn(metrics)),
        _tried(registry, folder),
        _pairs("Results of the CNN alone on the test split", metrics["test"]),
        _sources(metrics["test"]),
        _verdicts(calibration, metrics["test"], has_both="both_calibration" in registry),
        _failures(metrics["test"]),
        _filmed(read_json("classifier_live_calibration", folder), metrics),
        _comparison(metrics, baseline) if baseline else "",
        _damaged(registry, folder),
        _others(registry, folder),
        _left_out(registry, folder),
        _training(metrics),
        served_section(registry, folder),
        _TERMS,
    ]
    text = "\n\n".join(part.strip() for part in parts if part) + "\n"
    data = registry["classifier_metrics"].data
    kind = "model card"
    ship_file("model_card", CARD_FILE, text.encode(), kind=kind, data=data, folder=folder)


def _plain_words(registry: dict, folder: Path) -> str:
    name = "both" if "both_metrics" in registry else "cnn"
    lines = plain_lines(shipped_knowledge(folder), load_calibration(folder, name=name))
    return f"## {PLAIN_WORDS}\n\n" + "\n".join(
        f"{number}. {line}" for number, line in enumerate(lines, start=1)
    )


def _tried(registry: dict, folder: Path) -> str:
    if "both_metrics" not in registry:
        return ""
    alone = read_json("classifier_metrics", folder)["test"]
    both = read_json("both_metrics", folder), read_json("both_calibration", folder)
    return tried_section(*both, alone)


def _damaged(registry: dict, folder: Path) -> str:
    sweeps = {
        label: read_json(f"{name}_robustness", folder)
        for name, label in SWEPT.items()
        if f"{name}_robustness" in registry
    }
    ours = sweeps.pop(SWEPT["classifier"], None)
    return robustness_section(ours, sweeps) if ours else ""


def _others(registry: dict, folder: Path) -> str:
    name = "classifier_generalization"
    return generalization_section(read_json(name, folder)) if name in registry else ""


def _left_out(registry: dict, folder: Path) -> str:
    name = "second_generalization"
    return left_out_section(read_json(name, folder)) if name in registry else ""


def _known_to_cnn(metrics: dict) -> str:
    fakes = sources_of_fakes(metrics["data"]["train"])
    return ", ".join(sorted({family_of(source) for source in fakes}))


_HEAD = """
# Model card: real or generated face

A small convolutional network (1,666,882 parameters) looks at one aligned face of 128x128 pixels
and gives the probability that a generator made it; a second opinion stands beside it where one is
shipped. This card is written by `python -m core publish` from the measured files beside it.

**Use it** to learn how such detectors work and as one hint among others. **Do not use it** as
proof about a picture or a person: it errs, as the figures below say, and it does not know
generators it was not trained on.
"""

_LIMITS = """
## What it cannot do

- It knows the generators it learned from, which the tables name. Face swaps and retouching were
  not in the training data, nor was video except as imitated on still faces; on those a verdict
  means little. The CNN alone learned from generators of these families: {families}.
- Damage weakens the traces it relies on, some kinds far more than others: see Damaged pictures.
- Generated faces that lie far from their generator's average face (untruncated ones) are harder to
  tell than those of most data sets: see By generator.
- It judges the faces that the detector finds; those turned far away, covered or very small may be
  missed, and the app says where that is likely.
- It was not examined for differences between groups of people. The photos it learned from
  do not represent all ages and skin tones alike.
"""

_TERMS = """
## Data and terms

Photos: FFHQ (CC BY-NC-SA 4.0), CelebA, CelebA-HQ and AMFD (research only), Face Research Lab
London (CC BY 4.0), Unsplash, Open Images, government headshots and public research collections.
Generated faces: StyleGAN, StyleGAN2 and their kin, MobileStyleGAN, our own DCGAN, Stable Diffusion
and FLUX. The second opinion began as DINOv2 and EfficientNet-Lite0 (both Apache-2.0). **The weights
may be used for non-commercial purposes only.** No photo of a person is part of this repository.
"""


def _training(metrics: dict) -> str:
    recipe, counts = metrics["recipe"], metrics["data"]
    rows = [
        f"| {kind} | {counts['train'].get(kind, 0)} | {counts['valid'].get(kind, 0)} |"
        for kind in sorted(counts["train"])
    ]
    wanted = (
        *("name", "epochs", "samples_per_epoch", "batch_size", "optimizer", "learning_rate"),
        *("cosine", "weight_decay", "bn_momentum", "high_pass", "ema_decay"),
        *("patch_share", "cross_share", "source_shares"),
        *("filmed_shares", "augmentation", "monitor"),
        *("policy", "seed"),
    )
    settings = "\n".join(
        f"| {key.replace('_', ' ')} | {_plain(recipe[key])} |" for key in wanted if key in recipe
    )
    start = metrics.get("start")
    begun = f"Begun with the weights of the run `{start}`. " if start else ""
    table = "\n".join(["| class/source | train | valid |", "|---|---|---|", *rows])
    return (
        "## Training\n\n"
        f"{table}\n\n{begun}The epoch was chosen and the calibrations were fitted on valid; test "
        f"was only measured.\n\n| setting | value |\n|---|---|\n{settings}"
    )


def _plain(value) -> str:
    """A setting for people: "ffhq 0.64, celeba 0.36" rather than JSON."""
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return " to ".join(map(str, value))
    return "none" if value is None else str(value)


def _interval(bounds: list) -> str:
    return "to".join(f" {bound:.3f} " for bound in bounds).strip()


def _pairs(title: str, figures: dict) -> str:
    rows = [
        f"| {kinds_of(pair)} | {row['n']} "
        f"| {row['accuracy']:.3f} ({_interval(row['accuracy_ci95'])}) "
        f"| {row['roc_auc']:.3f} ({_interval(row['roc_auc_ci95'])}) "
        f"| {row['tpr_at_1pct_fpr']:.3f} | {row['ece_uncalibrated']:.3f} "
        f"| {row['ece']:.3f} | {row['ece_by_chance']:.3f} |"
        for pair, row in figures["by_pair"].items()
    ]
    head = (
        "| real / fake | faces | accuracy (95%) | ROC AUC (95%) | TPR at 1% FPR "
        "| ECE before calibration | ECE | ECE by chance |"
    )
    return (
        f"## {title}\n\n"
        "By pair of sources, never averaged into one number. Only "
        f"{kinds_of(HARDEST_PAIR)} share one pipeline to the byte; between the others, "
        "compression, crop and background help. "
        "ECE is the gap between P(fake) and the share of fakes; by chance, what a perfectly "
        "calibrated model would show on as many faces.\n\n"
        + "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])
    )


def _sources(figures: dict) -> str:
    rows = [
        f"| {titled(name)} | {row['label']} | {row['n']} | {row['accuracy']:.3f} "
        f"({_interval(row['accuracy_ci95'])}) | {row['answered']:.3f} |"
        for name, row in figures["by_source"].items()
    ]
    head = "| source | class | faces | called right (95%) | outside the unsure band |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _verdicts(calibration: dict, figures: dict, *, has_both: bool) -> str:
    other = " (that of the default verdict stands under Where people try it)" if has_both else ""
    return (
        "## Verdicts of the CNN alone\n\n"
        f"Its log-odds are the mean over {len(VIEW_SCALES)} framings of a face. "
        f"P(fake) is the sigmoid of (log-odds - {calibration['bias']:.3f}) / "
        f"{calibration['temperature']:.3f}, both numbers fitted on valid. "
        f"Its unsure band, between P(fake) {calibration['unsure_low']:.2f} and "
        f"{calibration['unsure_high']:.2f}{other}, was chosen on valid "
        f"{'as for both networks' if has_both else 'so'}: beyond its upper end lie at most "
        f"{ACCUSED_RATE:.0%} of the photos of the worst source, below its lower one at most "
        f"{MISSED_RATE:.0%} of the generated faces; it is never above {CLEARED_UP_TO:.2f}. Of all "
        f"test faces "
        f"{_answers(figures)}, and ECE is {figures['ece']:.3f}. Faces with a Laplacian variance "
        f"under {calibration['min_sharpness']:.1f} count as too blurred."
    )


def _answers(figures: dict) -> str:
    """How many faces get an answer, and how many of these are right."""
    if figures["accuracy_answered"] is None:
        return "none gets an answer"
    right = f"{figures['accuracy_answered']:.1%} of the answers are right"
    return f"{figures['answered']:.1%} get an answer, {right}"


def _filmed(calibration: dict, metrics: dict) -> str:
    figures = metrics["test_filmed"]
    rows = [
        f"| {kinds_of(pair)} | {row['n']} "
        f"| {row['accuracy']:.3f} ({_interval(row['accuracy_ci95'])}) "
        f"| {row['roc_auc']:.3f} ({_interval(row['roc_auc_ci95'])}) |"
        for pair, row in figures["by_pair"].items()
    ]
    head = "| real / fake | faces | accuracy (95%) | ROC AUC (95%) |"
    return (
        "## Webcam and video\n\n"
        "The test faces once more, each put through an imitated webcam (light, blur, noise, "
        "sharpening, JPEG or H.264), judged as single frames. The pages judge a video by the "
        "average over its frames, with a calibration fitted on filmed faces of valid: unsure "
        f"between P(fake) {calibration['unsure_low']:.2f} and {calibration['unsure_high']:.2f}. "
        f"Of these frames {_answers(figures)}. Real cameras differ more "
        f"than the imitation does.{differing_counts(metrics['test'], figures)}\n\n"
        + "\n".join([head, "|---|---|---|---|", *rows])
    )


def _failures(figures: dict) -> str:
    weak = [
        f"- {titled(name)} ({row['label']}): {1 - row['accuracy']:.1%} called wrong"
        for name, row in sorted(figures["by_source"].items(), key=lambda item: item[1]["accuracy"])
    ]
    return "## Where it errs most (test, before the unsure band)\n\n" + "\n".join(weak[:3])


def _comparison(metrics: dict, baseline: dict) -> str:
    rows = []
    for pair, row in metrics["test"]["by_pair"].items():
        other = baseline["test"]["by_pair"].get(pair)
        if other:
            rows.append(f"| {kinds_of(pair)} | {row['roc_auc']:.3f} | {other['roc_auc']:.3f} |")
    head = "| real / fake | this model | the authors' recipe |"
    trained = ", ".join(sorted(baseline["data"]["train"]))
    return (
        "## Against the authors' recipe\n\n"
        f"ROC AUC on test, same architecture; theirs trained here on {trained}.\n\n"
        + "\n".join([head, "|---|---|---|", *rows])
    )
