"""The model card's tables on damaged pictures and on other generators, from the measured files."""

from pathlib import Path

from core.artifacts import Artifact, read_ir
from core.config import HARDEST_PAIR
from core.evaluation.calibration import ACCUSED_RATE, CLEARED_UP_TO, MISSED_RATE
from core.evaluation.robustness import DAMAGES
from core.evaluation.sources import WRONG, how_known, kind_of, kinds_of, seen_in_words, titled
from core.inference.verdict import CLASS_WORDS, OPINION_WORDS
from core.publishing.eight_bits import MAX_AUC_LOST, MAX_SHIFT, is_rounded

_NAMES = {**OPINION_WORDS, "both": "both"}
_NETWORKS = {"classifier": "the CNN", "second_traces": "the network that looks for traces"}
# Sections of the card that are measured by commands of their own.
_MEASURED = {
    "classifier_robustness": "Damaged pictures",
    "classifier_generalization": "By generator",
    "classifier_live_calibration": "Webcam and video",
}


def robustness_section(sweep: dict, others: dict[str, dict]) -> str:
    """What damage does to the pair of sources that counts.

    Args:
        sweep: of the CNN, as `evaluate --robustness` keeps it.
        others: the same of whatever else was measured, by name; perhaps of fewer damages.
    """
    pairs = sweep["rows"][0]["pairs"]
    pair = HARDEST_PAIR if HARDEST_PAIR in pairs else next(iter(pairs))
    beside = [_by_level(other, pair) for other in others.values()]
    lines = []
    for (name, level), row in _by_level(sweep, pair).items():
        damage = DAMAGES.get(name)
        what = f"{damage.title}: {level:g} ({damage.unit})" if damage else "none"
        shown = [_accuracy_and_area(other.get((name, level))) for other in beside]
        figures = f"{row['accuracy']:.3f} | {row['roc_auc']:.3f} | {row['tpr_at_1pct_fpr']:.3f}"
        lines.append("| " + " | ".join([what, figures, f"{row['answered']:.2f}", *shown]) + " |")
    named = [f"{name}: accuracy, ROC AUC" for name in others]
    head = ["damage", "accuracy", "ROC AUC", "TPR at 1% FPR", "answered", *named]
    return (
        "## Damaged pictures\n\n"
        f"{kinds_of(pair)}, {pairs[pair]['n']} faces of {sweep['split']}, each damaged before the "
        "network sees it; calibration, threshold and unsure band are those of clean faces. The "
        "CNN, and beside it what else was measured.\n\n"
        + "\n".join([f"| {' | '.join(head)} |", "|---" * len(head) + "|", *lines])
    )


def _accuracy_and_area(row: dict | None) -> str:
    return "" if row is None else f"{row['accuracy']:.3f}, {row['roc_auc']:.3f}"


def _by_level(sweep: dict, pair: str) -> dict[tuple, dict]:
    return {
        (row["damage"], row["level"]): row["pairs"][pair]
        for row in sweep["rows"]
        if pair in row["pairs"]
    }


def generalization_section(table: dict) -> str:
    """Each generator against each source of photos.

    Args:
        table: as the command `generalization` keeps it.
    """
    lines = []
    for row in table["rows"]:
        low, high = row["roc_auc_ci95"]
        known = how_known(row["generator"], row["trained_on"], row["left_out"])
        lines.append(
            f"| {kind_of(row['generator'])} | {known} | {kind_of(row['real'])} | {row['n']} "
            f"| {row['roc_auc']:.3f} ({low:.3f} to {high:.3f}) | {row['accuracy']:.3f} "
            f"| {row['tpr_at_1pct_fpr']:.3f} |"
        )
    views = ", ".join(f"{name} {n:,}" for name, n in table["left_out_views"].items())
    note = (
        f" *Left out*: another network of the same layers, trained for this table alone without "
        f"that generator and much shorter (faces shown: {views})."
        if views
        else ""
    )
    head = (
        "| generator | the network knows it | photos | faces | ROC AUC (95%) | accuracy "
        "| TPR at 1% FPR |"
    )
    return (
        "## By generator\n\n"
        f"The CNN judges alone. {seen_in_words(table['rows'])} "
        f"Photos are those of {table['split']}; generators with a psi were asked for fresh "
        "faces (psi: how far these may lie from the generator's average face)."
        f"{note}\n\n" + "\n".join([head, "|---|---|---|---|---|---|---|", *lines])
    )


def left_out_section(table: dict) -> str:
    """What one half of the second opinion makes of sources it never saw.

    Args:
        table: as the command `generalization --second` keeps it.
    """
    lines = []
    for row in table["rows"]:
        wrong = WRONG[row["label"]]
        lines.append(
            f"| {titled(row['source'])} | {CLASS_WORDS[row['label']]} "
            f"| {row['n']} | {row['roc_auc']:.3f} | {row[wrong]:.2f} "
            f"| {row[f'{wrong}_guarded']:.2f} | {row['unsure']:.2f} "
            f"| {row['unsure_guarded']:.2f} |"
        )
    head = (
        "| left out | these are | faces | ROC AUC | sure and wrong | with the guard | unsure "
        "| with the guard |"
    )
    return (
        "## Sources it never saw\n\n"
        "Each source in turn was left out of the training of the second opinion's head on "
        "DINOv2, of its guard and of its calibration, and then judged by these alone (the mean of "
        f"{table['members']} heads; the other network takes too long to train for each source), "
        f"with no all-clear above P(fake) {table['cleared_up_to']:.2f}. "
        "ROC AUC is against the other class's sources of valid, each counting alike. The guard "
        "turns a verdict on a face unlike all of training into unsure.\n\n"
        + "\n".join([head, "|---|---|---|---|---|---|---|---|", *lines])
    )


def differing_counts(test: dict, filmed: dict) -> str:
    """Why the filmed faces of a source are not as many as those of test; "" where they are.

    Args:
        test, filmed: figures of the CNN alone, as `report` gives them.
    """
    counted = [
        {name: row["n"] for name, row in figures["by_source"].items()} for figures in (test, filmed)
    ]
    now, then = counted
    told = [
        f"{then.get(name, 0)} faces of {name} rather than {now.get(name, 0)}"
        for name in sorted({*now, *then})
        if then.get(name, 0) != now.get(name, 0)
    ]
    return f" The split was another when these were judged: {', '.join(told)}." if told else ""


def _drawn(both: dict, alone: dict) -> str:
    """Of which sources both networks judged a part only; "" if all of every source."""
    parts = [
        f"{row['n']} of {whole['n']} of {name}"
        for name, row in both["by_source"].items()
        if (whole := alone["by_source"].get(name)) and row["n"] < whole["n"]
    ]
    if not parts:
        return ""
    return (
        f" Of large sources this table counts a part, drawn at random ({', '.join(parts)}); the "
        "tables on the CNN alone count every face."
    )


def tried_section(metrics: dict, calibration: dict, alone: dict) -> str:
    """What the default verdict says of every source, and how each network ranks the pairs.

    Args:
        metrics: as `publish ... --as second` keeps them.
        calibration: of both networks together.
        alone: figures of the CNN alone on the whole of test.
    """
    test = metrics["test"]
    rows = [
        f"| {titled(name)} | {CLASS_WORDS[row['label']]} | {row['n']} "
        f"| {_share(row, 'fake')} | {_share(row, 'unsure')} "
        f"| {_share(row, 'real')} | {test['cnn']['by_source'][name]['called_fake']:.2f} "
        f"| {test['second']['by_source'][name]['called_fake']:.2f} |"
        for name, row in sorted(
            test["both"]["by_source"].items(), key=lambda item: (item[1]["label"] != "real", item)
        )
    ]
    head = (
        "| source | these are | faces | called generated (95%) | unsure (95%) "
        "| no trace found (95%) | CNN alone: generated | second opinion alone: generated |"
    )
    ranks = ", ".join(
        f"{_NAMES[name]} {figures['by_pair'][HARDEST_PAIR]['roc_auc']:.3f}"
        for name, figures in test.items()
        if HARDEST_PAIR in figures["by_pair"]
    )
    answered = test["both"]["answered"]
    return (
        "## Where people try it\n\n"
        f"The default verdict stands on the CNN below and a second opinion, {_second(metrics)}. "
        "Their log-odds are added with weights "
        'fitted on valid. An accusation costs more than a doubt: "generated" begins at P(fake) '
        f"{calibration['unsure_high']:.2f}, where at most {ACCUSED_RATE:.0%} of the photos of the "
        f'worst source of valid lie beyond it, "no trace found" ends at '
        f"{calibration['unsure_low']:.2f}, below which at most {MISSED_RATE:.0%} of valid's fakes "
        f"lie, and never above {CLEARED_UP_TO:.2f}.{_contradicted(calibration)} Of all these "
        f"faces of test {answered:.0%} get an answer; ECE is "
        f"{test['both']['ece']:.3f}. Sources of the same name were in training, of other people; "
        f"a source that was not may fare worse. ROC AUC of {kinds_of(HARDEST_PAIR)}: {ranks}."
        f"{_drawn(test['both'], alone)}\n\n"
        + "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])
    )


def _contradicted(calibration: dict) -> str:
    most = calibration.get("max_disagreement")
    if most is None:
        return ""
    return (
        f" Where the two contradict each other, P(fake) of one more than {most:.2f} above the "
        "other's, the verdict is unsure."
    )


def _second(metrics: dict) -> str:
    """What the second opinion is made of, by the runs it came from."""
    head = "a small head on the frozen features of DINOv2 (ViT-S/14)"
    if "traces" not in metrics:
        return head
    recipe, weights = metrics["traces"]["recipe"], metrics["traces"]["weights"]
    views = recipe["epochs"] * recipe["samples_per_epoch"]
    start = metrics["traces"].get("start")
    begun = f", begun with the weights of the run `{start}`" if start else ""
    return (
        f"itself of two networks: {head}, and EfficientNet-Lite0, taught from its ImageNet "
        f"weights on to look for traces ({views:,} views of faces in its run{begun}; weights of "
        f"their log-odds, fitted on valid: {weights['world']:.2f} and {weights['traces']:.2f})"
    )


def _share(row: dict, state: str) -> str:
    low, high = row[f"called_{state}_ci95"]
    return f"{row[f'called_{state}']:.2f} ({low:.2f} to {high:.2f})"


def served_section(registry: dict[str, Artifact], folder: Path) -> str:
    """Which networks the app runs in 8 bits, and what was measured before they were; "" if none."""
    rounded = {
        name: words
        for name, words in _NETWORKS.items()
        if f"{name}_graph" in registry and is_rounded(*read_ir(name, folder))
    }
    if not rounded:
        return ""
    since = max(registry[f"{name}_constants"].created for name in rounded)
    earlier = [
        title
        for name, title in _MEASURED.items()
        if name in registry and registry[name].created < since
    ]
    before = f" Measured before that: {', '.join(earlier)}." if earlier else ""
    return (
        f"The app runs {' and '.join(rounded.values())} in 8 bits but for the first layers. That "
        f"is shipped only where on valid it costs a ROC AUC of at most {MAX_AUC_LOST} and moves "
        f"P(fake) by at most {MAX_SHIFT} in the mean.{before}"
    )
