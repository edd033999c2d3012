"""The model card's tables on damaged pictures and on other generators, from the measured files."""

from core.config import HARDEST_PAIR
from core.evaluation.robustness import DAMAGES


def robustness_section(sweep: dict, baseline: dict | None) -> str:
    """What damage does to the pair of sources that counts.

    Args:
        sweep: as `evaluate --robustness` keeps it.
        baseline: the same of the authors' recipe, if it was measured.
    """
    pairs = sweep["rows"][0]["pairs"]
    pair = HARDEST_PAIR if HARDEST_PAIR in pairs else next(iter(pairs))
    theirs = _by_level(baseline, pair) if baseline else {}
    lines = []
    for (name, level), row in _by_level(sweep, pair).items():
        damage = DAMAGES.get(name)
        what = f"{damage.title}: {level:g} ({damage.unit})" if damage else "none"
        other = theirs.get((name, level))
        shown = "" if other is None else f"{other['accuracy']:.3f}, {other['roc_auc']:.3f}"
        lines.append(
            f"| {what} | {row['accuracy']:.3f} | {row['roc_auc']:.3f} "
            f"| {row['tpr_at_1pct_fpr']:.3f} | {row['answered']:.2f} | {shown} |"
        )
    head = (
        "| damage | accuracy | ROC AUC | TPR at 1% FPR | answered "
        "| authors' recipe: accuracy, ROC AUC |"
    )
    return (
        "## Damaged pictures\n\n"
        f"{pair}, {pairs[pair]['n']} faces of {sweep['split']}, each damaged before the network "
        "sees it; calibration, threshold and unsure band are those of clean faces.\n\n"
        + "\n".join([head, "|---|---|---|---|---|---|", *lines])
    )


def _by_level(sweep: dict, pair: str) -> dict[tuple, dict]:
    return {
        (row["damage"], row["level"]): row["pairs"][pair]
        for row in sweep["rows"]
        if pair in row["pairs"]
    }


def how_known(row: dict) -> str:
    """What a network knew of the generator that a row of the table is about."""
    if row["left_out"]:
        return "left out in training"
    return "trained on others of its faces" if row["trained_on"] else "never seen"


def generalization_section(table: dict) -> str:
    """Each generator against each source of photos.

    Args:
        table: as the command `generalization` keeps it.
    """
    lines = []
    for row in table["rows"]:
        low, high = row["roc_auc_ci95"]
        lines.append(
            f"| {row['generator']} | {how_known(row)} | {row['real']} | {row['n']} "
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
        "## Other generators\n\n"
        f"Photos are those of {table['split']}; generators with a psi were asked for fresh faces "
        "(psi: how far these may lie from the generator's average face)."
        f"{note}\n\n" + "\n".join([head, "|---|---|---|---|---|---|---|", *lines])
    )
