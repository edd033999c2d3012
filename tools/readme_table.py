"""Write the README's table of figures anew from the measured files of the shipped model.

python -m tools.readme_table
"""

import re

from core.config import ROOT
from core.evaluation.knowledge import Knowledge, shipped_knowledge

KINDS = "artifacts/MODEL_CARD.md#where-people-try-it"  # where each stands in a row of its own
README = ROOT / "README.md"
SAID = ("fake", "unsure", "real")
PART = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- /measured -->)", re.DOTALL)


def main() -> None:
    README.write_text(with_table(README.read_text(), shipped_knowledge()))


def with_table(text: str, known: Knowledge) -> str:
    """A text whose marked part is the table of these figures."""
    return PART.sub(lambda _: measured_table(known), text, count=1)


def measured_table(known: Knowledge) -> str:
    """Of 100 faces of test, how many got which verdict, with 95% intervals, as Markdown."""
    kinds = sum(row["label"] == "real" for row in known.rows)
    each = f"[{kinds} kinds]({KINDS})"
    rows = [("real photos", each, [known.rate("real", said) for said in SAID])]
    rows += [("generated", "all", [known.rate("fake", said) for said in SAID])]
    rows += [
        ("generated", f"by {family}", [known.family_rate(family, said) for said in SAID])
        for family in known.families
    ]
    lines = [
        "| these are | of | faces | called generated | unsure | no trace found |",
        "|---|---|---|---|---|---|",
    ]
    for label, which, rates in rows:
        if all(rates):
            cells = " | ".join(f"{rate.count} ({rate.interval})" for rate in rates)
            lines.append(f"| {label} | {which} | {rates[0].n:,} | {cells} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
