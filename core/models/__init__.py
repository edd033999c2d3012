"""Pure Keras architectures: no files, no training."""
