"""Training, a room for each network: `classifier`, `second` (its opinion) and `gan`.

catalogue: which recipes there are. launch: a training beside the app. run_folder, progress: what
every run writes and how it goes on. histories: runs as tables. mixture: what a
network is trained on, as it sees it.
"""
