"""What the shipped networks can know, and how often they accuse a photo, from their figures."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.artifacts import read_json
from core.config import ARTIFACTS_DIR, DEFAULT_NETWORK, NETWORKS
from core.evaluation.intervals import wilson_ci95
from core.evaluation.sources import FAMILIES, PAINTED, family_of, kind_of
from core.generators.codes import PSI_MEANS
from core.generators.files import PSI_RANGE
from core.inference.networks import has_second
from core.json_text import read_object

FEW = 15  # faces of a source, fewer than which say nothing about it
UNKNOWN = "face swaps, retouched photos and generators that it never learned from"


@dataclass(frozen=True)
class Rate:
    """How often something was said of measured faces.

    Attributes:
        share: of the faces, in [0, 1].
        n: faces.
        ci95: of the share (Wilson, 1927).
    """

    share: float
    n: int
    ci95: tuple[float, float]

    @property
    def count(self) -> str:
        """Of 100, in words: "2", "fewer than 1"."""
        return _count(self.share)

    @property
    def interval(self) -> str:
        """The 95% interval of 100: "1 to 3", and "0.4 to 1.5" where the count is below 1."""
        digits = 1 if 0 < self.share < 0.01 else 0
        return " to ".join(f"{100 * end:.{digits}f}" for end in self.ci95)


@dataclass(frozen=True)
class Knowledge:
    """What stands beside every verdict.

    Attributes:
        families: of the generators whose faces were in training.
        accused: source of photos -> share of them that was called fake on test.
        caught: source of fakes -> share of them that was called fake on test.
        rows: source, label, n, called_real, called_fake, called_unsure of every source; the
            last is None where the figures tell only what the threshold alone said.
    """

    families: tuple[str, ...]
    accused: dict[str, float]
    caught: dict[str, float]
    rows: list[dict]

    def rate(self, label: str, said: str, sources: Iterable[str] | None = None) -> Rate | None:
        """How often a verdict fell on faces of a class, over all their faces together.

        Args:
            label: "real" or "fake": what the faces are.
            said: "real", "fake" or "unsure": the verdict.
            sources: those that count; None counts all.

        Returns:
            The rate, or None where nothing was measured.
        """
        wanted = None if sources is None else set(sources)
        rows = [
            row
            for row in self.rows
            if row["label"] == label and (wanted is None or row["source"] in wanted)
        ]
        if not rows or any(row[f"called_{said}"] is None for row in rows):
            return None
        n = sum(row["n"] for row in rows)
        hits = sum(round(row[f"called_{said}"] * row["n"]) for row in rows)
        return Rate(hits / n, n, wilson_ci95(hits, n))

    def worst(self) -> str | None:
        """The source of photos that is accused most often, if any was measured well."""
        return max(self.accused, key=self.accused.__getitem__, default=None)

    def family_rate(self, family: str, said: str) -> Rate | None:
        """How often a verdict fell on faces of one family of generators."""
        sources = [row["source"] for row in self.rows if family_of(row["source"]) == family]
        return self.rate("fake", said, sources)

    def sentence(self) -> str:
        """Two plain sentences: what it learned from, and how often it accuses a photo."""
        families = ", ".join(self.families)
        known = f"It learned from faces of these families of generators: {families}; not from "
        known += "face swaps or retouched photos."
        worst = self.worst()
        if worst is None:
            return known
        rates = sorted(self.accused.values())
        return (
            f"{known} Of 100 real photos it calls {_count(rates[len(rates) // 2])} fake in the "
            f"middle one of {len(rates)} measured sources and {_count(rates[-1])} in the worst "
            f"({kind_of(worst)})."
        )

    def sees(self) -> str:
        """What it can see, and how much of it, in a sentence."""
        rates = {family: self.family_rate(family, "fake") for family in self.families}
        first = next((family for family, rate in rates.items() if rate), None)
        said = [
            f"{family} ({rate.count}{' of 100 called generated' if family == first else ''})"
            if rate
            else family
            for family, rate in rates.items()
        ]
        return f"It can see faces by {_listed(said)}." if said else "It learned from no generator."

    def painted(self) -> str:
        """What psi the measured faces were painted at, in sentences; "" if none was painted."""
        kinds = [kind_of(row["source"]) for row in self.rows if row["source"] in PAINTED]
        if not kinds:
            return ""
        low, high = PSI_RANGE
        return (
            f"Faces of {_listed(kinds)} were painted at some psi: painting a data set draws one "
            f"for each face between two values, which the figures do not keep. psi ({low:g} to "
            f"{high:g}) is {PSI_MEANS}. The shares hold for that mix: at one psi alone they may "
            "be higher or lower."
        )

    @staticmethod
    def blind_to() -> str:
        """What it cannot see, in a sentence."""
        return f"It does not know {UNKNOWN}."

    def alarm(self, source: str | None = None) -> str:
        """How often it accuses a real photo, in a sentence.

        Args:
            source: of the photos, if it is known; None says it of all, and of the worst one.
        """
        pooled = self.rate("real", "fake", None if source is None else [source])
        if pooled is None:
            return "Nothing was measured on photos of this kind."
        if source is not None:
            return (
                f"Of 100 real photos of this kind ({kind_of(source)}) it wrongly accuses "
                f"{pooled.count} (95%: {pooled.interval}; {pooled.n} measured)."
            )
        kinds = sum(row["label"] == "real" for row in self.rows)
        words = (
            f"Of 100 real portraits it wrongly accuses {pooled.count} (95%: {pooled.interval}; "
            f"{pooled.n} photos of {kinds} kinds)"
        )
        return f"{words}; {self.worst_case()}." if self.accused else f"{words}."

    def worst_case(self) -> str:
        """How often it accuses photos of the worst kind, without a full stop."""
        worst = self.worst()
        rate = None if worst is None else self.rate("real", "fake", [worst])
        if worst is None or rate is None:
            return "no kind was measured well"
        return f"of the worst kind, {kind_of(worst)}, {rate.count} ({rate.interval})"


def shipped_knowledge(folder: Path = ARTIFACTS_DIR, *, network: str = DEFAULT_NETWORK) -> Knowledge:
    """Read it from the figures of a shipped model.

    Args:
        folder: where the artifacts lie.
        network: what the verdict stands on, one of `core.config.NETWORKS`; the CNN
            where no second opinion is shipped.

    Raises:
        UserError: they are missing or were changed.
    """
    if not has_second(folder):
        metrics = _figures("classifier_metrics", folder)
        return knowledge_of(metrics["data"]["train"], metrics["test"]["by_source"])
    metrics = _figures("both_metrics", folder)
    learned = _figures("classifier_metrics", folder) if network == "cnn" else metrics
    return knowledge_of(learned["data"]["train"], metrics["test"][network]["by_source"])


def learned_fakes(folder: Path = ARTIFACTS_DIR) -> set[str]:
    """The sources of fakes that the shipped networks learned from.

    Raises:
        UserError: the figures are missing or were changed.
    """
    name = "both_metrics" if has_second(folder) else "classifier_metrics"
    return sources_of_fakes(_figures(name, folder)["data"]["train"])


def _figures(name: str, folder: Path) -> dict[str, Any]:
    """`read_json` for those who change nothing in it."""
    return read_json(name, folder, _parsed)


@lru_cache(maxsize=4)
def _parsed(content: bytes) -> dict[str, Any]:
    """Parsed once: every run of a page asks, and a megabyte of JSON takes 20 ms."""
    return read_object(content)


@dataclass(frozen=True)
class ShippedRoc:
    """A network's ROC curve on test, as it was kept when it was published.

    Attributes:
        network: one of `core.config.NETWORKS`.
        fpr, tpr: shares of real faces called fake and of fakes caught, each rising, in [0, 1].
        at_threshold: both at the shipped threshold.
        auc: the area under the whole curve.
    """

    network: str
    fpr: list[float]
    tpr: list[float]
    at_threshold: tuple[float, float]
    auc: float


def shipped_rocs(folder: Path = ARTIFACTS_DIR) -> list[ShippedRoc]:
    """The curves of all shipped networks; of one whose figures were kept without it, none.

    Raises:
        UserError: the figures are missing or were changed.
    """
    if has_second(folder):
        measured = _figures("both_metrics", folder)["test"]
    else:
        measured = {"cnn": _figures("classifier_metrics", folder)["test"]}
    return [
        ShippedRoc(
            network,
            figures["roc"]["fpr"],
            figures["roc"]["tpr"],
            (1 - figures["recall_real"], figures["recall_fake"]),
            figures["roc_auc"],
        )
        for network in NETWORKS
        if (figures := measured.get(network, {})).get("roc")
    ]


def knowledge_of(train: dict[str, int], by_source: dict[str, dict]) -> Knowledge:
    """Put together what is known.

    Args:
        train: "class/source" -> faces in training.
        by_source: the figures of each source on test, as `report` gives them.
    """
    sources = sources_of_fakes(train)
    named = {source for members in FAMILIES.values() for source in members}
    families = [name for name, members in FAMILIES.items() if sources & set(members)]
    rows: list[dict[str, Any]] = [{"source": name, **_said(row)} for name, row in by_source.items()]
    accused, caught = (
        {
            row["source"]: row["called_fake"]
            for row in rows
            if row["label"] == label and row["n"] >= FEW
        }
        for label in ("real", "fake")
    )
    return Knowledge((*families, *sorted(sources - named)), accused, caught, rows)


def sources_of_fakes(train: dict[str, int]) -> set[str]:
    """The sources of fakes among those of `knowledge_of`'s `train`."""
    return {kind.split("/", 1)[1] for kind in train if kind.startswith("fake/")}


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


def _listed(names: Iterable[str]) -> str:
    """Names in a row: "a, b and c"."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
