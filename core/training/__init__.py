"""Training, a package for each network: `classifier`, `second` (the second opinion) and `gan`.

catalogue: the names of the recipes. launch, waiting: trainings that the app starts, and their
queue. run_folder, progress: the files of a run. checkpoint: weights and optimizer states as files.
histories: the curves of runs as tables. mixture: the augmented faces a network is trained on.
keras_setup, imagenet: number format, dropout and pretrained weights.
"""
