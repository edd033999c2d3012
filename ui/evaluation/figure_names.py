"""What the figures of a measurement are called wherever a page shows them."""

SOURCE_PX = 234  # of a table's column in which no source's name, of `KINDS`, is cut

FIGURES = {
    "n": "Faces",
    "accuracy": "Accuracy",
    "detected": "Generated above the threshold",
    "recall_real": "Real photos below the threshold",
    "roc_auc": "ROC AUC",
    "tpr_at_1pct_fpr": "TPR at 1% FPR",
    "ece_uncalibrated": "ECE before calibration",
    "ece": "ECE",
    "ece_by_chance": "ECE by chance",
    "brier": "Brier",
    "answered": "Answered",
    "accuracy_answered": "Right of these",
}
