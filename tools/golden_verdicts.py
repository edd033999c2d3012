"""Write the golden file anew: what the shipped networks say of the example pictures.

python -m tools.golden_verdicts

Run it after new weights were published, or after a change that is meant to move a verdict, and look
at the difference before it is committed.
"""

import json

from core.config import ROOT
from core.examples import load_examples
from core.inference.networks import checksum_of, network_files
from core.inference.photo import Inspector, load_inspector
from core.inference.report import to_contract

GOLDEN = ROOT / "tests" / "golden" / "verdicts.json"
_KEPT = ("box", "p_fake", "verdict", "opinions")


def main() -> None:
    GOLDEN.write_text(json.dumps(golden(load_inspector()), indent=1) + "\n")


def golden(inspector: Inspector) -> dict:
    """The verdicts on every example, and which networks gave them.

    Returns:
        {"networks": SHA-256 of the files a verdict stands on, "pictures": file name -> faces as
        `python -m core classify --json` prints them, P(fake) to three places}.
    """
    pictures = {}
    for example in load_examples():
        told = to_contract(inspector.judge_file(example.file, example.data))
        pictures[example.file] = [{key: face[key] for key in _KEPT} for face in told["faces"]]
    kept = json.loads(json.dumps(pictures), parse_float=lambda text: round(float(text), 3))
    return {"networks": checksum_of(network_files()), "pictures": kept}


if __name__ == "__main__":
    main()
