"""Training, a room for each network: `classifier`, `second` (its opinion) and `gan`.

run_folder: what every run writes and how it goes on. histories: runs as tables. mixture: what a
network is trained on, as it sees it.
"""
