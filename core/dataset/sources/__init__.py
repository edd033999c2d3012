"""Where a data set comes from: Kaggle, installed packages, or a generator that paints it."""
