"""Training of the CNN and of other networks that judge from pixels: recipes, augmentation, runs."""
