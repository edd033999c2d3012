"""What `evaluate` and `generalization` share: which data, whose verdict, where figures are kept."""

import argparse
import json
from pathlib import Path

from core.config import DEFAULT_NETWORK, NETWORKS, SPLITS


def add_measuring(parser: argparse.ArgumentParser) -> None:
    """Add the options that both have."""
    parser.add_argument("--data", required=True, type=Path, metavar="DIR",
                        help="in Kaggle's layout, or with real/ and fake/ in it")  # fmt: skip
    parser.add_argument("--split", default="test", choices=SPLITS,
                        help="of a folder that has splits (test)")  # fmt: skip
    parser.add_argument("--network", default=DEFAULT_NETWORK, choices=NETWORKS,
                        help="whose verdict is measured (both)")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON")


def keep(name: str, kind: str, found: dict) -> None:
    """Keep a table in artifacts/, and write the model card anew.

    Args:
        name: of the published network.
        kind: "robustness" or "generalization".
        found: the table, with its split.
    """
    from core.artifacts import ship
    from core.config import ARTIFACTS_DIR
    from core.publishing.model_card import write_model_card

    data = f"measured on {found['split']}"
    ship(
        name,
        {f"{kind}.json": json.dumps(found, indent=1).encode()},
        data=data,
        metrics={},
        folder=ARTIFACTS_DIR,
    )
    write_model_card(ARTIFACTS_DIR)
