"""From a photo to verdicts. Nothing here trains, and nothing here needs TensorFlow but Grad-CAM."""
