"""Recipes, augmentation, checkpoints and the training loop."""

import os

# TensorFlow sums in another order when it runs two operations at once, so two runs of the same
# seed part in the last digits and then for good. One operation at a time (each still on all
# cores) costs nothing on a network without branches, and makes `--resume` exact.
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
