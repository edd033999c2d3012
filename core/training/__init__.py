"""Recipes, augmentation, checkpoints and the training loop."""
