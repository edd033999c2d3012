"""Pure Keras architectures, and their way into an OpenVINO graph: no training."""
