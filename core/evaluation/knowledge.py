"""What the shipped networks can know, and how often they accuse a photo, from their figures."""

from dataclasses import dataclass
from pathlib import Path

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR
from core.inference.networks import has_second

FEW = 15  # faces of a source, fewer than which say nothing about it
# Which family of generators a source of the data set is of.
FAMILIES = {
    "StyleGAN": (
        *("stylegan", "stylegan2", "mobilestylegan", "genphotos", "genphotos100k", "hardfake"),
        *("omi", "tpdne", "sfhq", "untruncated"),
    ),
    "DCGAN": ("dcgan",),
    "Stable Diffusion": ("sd15", "sd21", "sdxl"),
    "FLUX": ("flux",),
}


@dataclass(frozen=True)
class Knowledge:
    """What stands beside every verdict.

    Attributes:
        families: of the generators whose faces were in training.
        accused: source of photos -> share of them that was called fake on test.
        caught: source of fakes -> share of them that was called fake on test.
        rows: source, label, n, called_real, called_fake, called_unsure of every source.
    """

    families: tuple[str, ...]
    accused: dict[str, float]
    caught: dict[str, float]
    rows: list[dict]

    def sentence(self) -> str:
        """Two plain sentences: what it learned from, and how often it accuses a photo."""
        families = ", ".join(self.families)
        known = f"It learned from faces of these families of generators: {families}; not from "
        known += "face swaps or retouched photos."
        if not self.accused:
            return known
        rates = sorted(self.accused.values())
        worst = max(self.accused, key=self.accused.__getitem__)
        return (
            f"{known} Of 100 real photos it calls {_count(rates[len(rates) // 2])} fake in the "
            f"middle one of {len(rates)} measured sources and {_count(rates[-1])} in the worst "
            f"({worst})."
        )


def shipped_knowledge(folder: Path = ARTIFACTS_DIR) -> Knowledge:
    """Read it from the figures of the model whose verdict is the default.

    Raises:
        UserError: they are missing or were changed.
    """
    if has_second(folder):
        metrics = read_json("both_metrics", folder)
        test = metrics["test"]["both"]
    else:
        metrics = read_json("classifier_metrics", folder)
        test = metrics["test"]
    return knowledge_of(metrics["data"]["train"], test["by_source"])


def knowledge_of(train: dict[str, int], by_source: dict[str, dict]) -> Knowledge:
    """Put together what is known.

    Args:
        train: "class/source" -> faces in training.
        by_source: the figures of each source on test, as `report` gives them.
    """
    sources = {kind.split("/", 1)[1] for kind in train if kind.startswith("fake/")}
    named = {source for members in FAMILIES.values() for source in members}
    families = [name for name, members in FAMILIES.items() if sources & set(members)]
    rows = [{"source": name, **_said(row)} for name, row in by_source.items()]
    accused, caught = (
        {
            row["source"]: row["called_fake"]
            for row in rows
            if row["label"] == label and row["n"] >= FEW
        }
        for label in ("real", "fake")
    )
    return Knowledge((*families, *sorted(sources - named)), accused, caught, rows)


def _said(row: dict) -> dict:
    """What was said of a source; older figures tell only what the threshold alone said."""
    wrong = 1 - row["accuracy"]
    fake = wrong if row["label"] == "real" else row["accuracy"]
    plain = {"called_fake": fake, "called_real": 1 - fake, "called_unsure": None}
    return {key: row[key] for key in ("label", "n")} | {
        key: row.get(key, value) for key, value in plain.items()
    }


def _count(share: float) -> str:
    return f"{100 * share:.0f}" if share == 0 or share >= 0.01 else "fewer than 1"
