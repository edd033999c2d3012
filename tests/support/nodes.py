"""A Ray cluster of two working nodes on this machine, one of which is lost while it judges.

python -m tests.support.nodes FOLDER OUT LOG

It says which process the lost node was.
"""

import os
import sys
import threading
import time
from functools import partial
from pathlib import Path

from ray.cluster_utils import Cluster

from core.config import ROOT
from core.scoring import ray_engine
from core.scoring.folder import FolderRun
from tests.support.scoring import SETTINGS, FakeInspector, Log

PAUSE_S = 0.05  # that a file takes
NODE = {"object_store_memory": 80 * 2**20}
LOST_AFTER = 5  # files that the node judged


def main(folder: str, out: str, log: str) -> None:
    os.environ.update(ray_engine.RAY_SETTINGS)
    os.environ["PYTHONPATH"] = str(ROOT)  # as where the project is installed on every node
    Path(log).touch()
    cluster = Cluster(True, head_node_args={**NODE, "num_cpus": 0, "include_dashboard": False})
    nodes = [cluster.add_node(num_cpus=1, **NODE) for _ in range(2)]
    threading.Thread(target=_lose, args=(cluster, nodes[0], Path(log)), daemon=True).start()
    try:
        run = FolderRun(Path(out), SETTINGS, partitioned=True)
        load = partial(FakeInspector, Log(log, PAUSE_S))
        engine = partial(ray_engine.score_on_ray, load=load, address=cluster.address, aligned=True)
        for _ in run.judge([Path(folder)], engine):
            pass
        run.finish()
    finally:
        cluster.shutdown()


def _lose(cluster: Cluster, node, log: Path) -> None:
    """Kill all of a node once it is at work."""
    (raylet,) = node.all_processes["raylet"]
    number = raylet.process.pid
    while sum(number in _ancestors(each) for each in _judges(log)) < LOST_AFTER:
        time.sleep(0.02)
    cluster.remove_node(node, allow_graceful=False)
    print(f"Lost node {number}.", flush=True)


def _judges(log: Path) -> list[int]:
    """The process that judged each file so far."""
    return [int(line.split()[0]) for line in log.read_text().splitlines() if " " in line]


def _ancestors(number: int) -> list[int]:
    found = []
    while number > 1:
        try:
            status = Path(f"/proc/{number}/status").read_text()
        except OSError:
            break
        number = int(status.split("PPid:")[1].split()[0])
        found.append(number)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
