"""What the sources of a data set are called in plain words, and which generators they are of."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

ENOUGH = 100  # faces of a source, fewer than which rank poorly against another's

# Which family of generators a source of the data set is of.
FAMILIES = {
    "StyleGAN": (
        *("stylegan", "stylegan2", "mobilestylegan", "genphotos", "genphotos100k", "hardfake"),
        *("omi", "tpdne", "sfhq", "untruncated"),
    ),
    "DCGAN": ("dcgan", "dcganepochs", "dcgansharp", "ourdcgan"),
    "Stable Diffusion": ("sd15", "sd21", "sdxl"),
    "FLUX": ("flux",),
}
# Sources of faces by earlier epochs of a shipped generator, and by generators between these.
EARLIER_EPOCHS = {"DCGAN": ("dcganepochs", "dcgansharp")}
# Sources whose faces were painted by `core.dataset.sources.painted`, which draws psi for each face.
PAINTED = frozenset({"mobilestylegan", "untruncated", "dcgan", "dcganepochs", "dcgansharp"})
KINDS = {
    "allage": "people of all ages",
    "amfd": "studio portraits on white",
    "bw": "black and white portraits",
    "celeba": "celebrities",
    "celebahq": "celebrities, high resolution",
    "ffhq": "portraits from Flickr",
    "london": "studio portraits, evenly lit",
    "news": "television and news",
    "openimages": "everyday photos",
    "orl": "AT&T's gray photos",
    "passport": "portraits on plain backgrounds",
    "portraits": "portraits from the web",
    "selfie": "phone selfies",
    "unsplash": "portraits from Unsplash",
    "usgov": "official headshots",
    "webwall": "web portraits before a wall",
    "dcgan": "variations of our DCGAN",
    "dcganepochs": "earlier epochs of our DCGAN",
    "dcgansharp": "earlier epochs of our sharpest DCGAN",
    "flux": "FLUX.1",
    "genphotos": "generated studio portraits",
    "genphotos100k": "generated.photos",
    "hardfake": "StyleGAN2, 300 px",
    "mobilestylegan": "MobileStyleGAN",
    "ourdcgan": "our DCGAN",
    "omi": "StyleGAN2, One Million Impressions",
    "sd15": "Stable Diffusion 1",
    "sd21": "Stable Diffusion 2.1",
    "sdxl": "Stable Diffusion XL",
    "sfhq": "StyleGAN2 fitted to pictures",
    "stylegan": "StyleGAN",
    "stylegan2": "StyleGAN2",
    "tpdne": "thispersondoesnotexist",
    "untruncated": "MobileStyleGAN, untruncated",
}


# The share of a class's faces that got a sure and wrong verdict, as tables of figures name it.
WRONG = {"real": "called_fake", "fake": "called_real"}


class Known(StrEnum):
    """What networks knew of a generator while they learned, in the words of a table."""

    LEFT_OUT = "left out in training"
    NEVER = "never seen"
    EARLIER = "trained on earlier epochs"
    OTHERS = "trained on other faces"

    @property
    def sentence(self) -> str:
        """The same as a sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Known.LEFT_OUT: "This generator was left out while the networks learned.",
    Known.NEVER: "The networks never saw a face of this generator while they learned.",
    Known.EARLIER: "The networks learned from faces of earlier epochs of this generator, and never "
    "saw one that it paints now.",
    Known.OTHERS: "The networks learned from other faces of this generator.",
}


def was_trained_on(generator: str, sources: Collection[str]) -> bool:
    """Whether networks that learned from these sources of fakes saw faces of a generator.

    Args:
        generator: its title.
        sources: names, as in the data set.
    """
    names = (generator.lower(), *EARLIER_EPOCHS.get(generator, ()))
    return any(name in sources for name in names)


def how_known(generator: str, trained_on: bool, left_out: bool = False) -> Known:
    """What networks knew of a generator.

    Args:
        generator: its title or its source; what follows a comma, such as psi, does not count.
        trained_on: whether they saw faces of it.
        left_out: whether they were trained to find out how it goes without it.
    """
    if left_out:
        return Known.LEFT_OUT
    if not trained_on:
        return Known.NEVER
    return Known.EARLIER if generator.split(",")[0] in EARLIER_EPOCHS else Known.OTHERS


def seen_in_words(rows: Sequence[Mapping]) -> str:
    """Whether a network learned from the generators of a table, in words.

    Args:
        rows: each with generator, trained_on and left_out, as `how_known` takes them.
    """
    known = {
        row["generator"]: how_known(row["generator"], row["trained_on"], row["left_out"])
        for row in rows
    }
    new = [kind_of(name) for name, how in known.items() if how in (Known.NEVER, Known.LEFT_OUT)]
    if not new:
        return (
            "It learned from every generator here: from others of its faces or, where the table "
            "says so, from its earlier epochs."
        )
    return (
        f"New to it are {len(new)} of the {len(known)} generators here: {', '.join(new)}. From the "
        "others it learned, as the table says."
    )


def kind_of(source: str) -> str:
    """A source in plain words; its own name where there are none."""
    return KINDS.get(source, source)


def headline_of(source: str) -> str:
    """A source in plain words that begin a line: names in them keep their capitals."""
    words = kind_of(source)
    return words[:1].upper() + words[1:]


def titled(source: str) -> str:
    """A source with its name in files: "ffhq: portraits from Flickr"; its name if that is all."""
    return f"{source}: {KINDS[source]}" if source in KINDS else source


def kinds_of(pair: str) -> str:
    """A pair of sources, such as "ffhq / stylegan", in plain words."""
    return " / ".join(kind_of(source) for source in pair.split(" / "))


def family_of(source: str) -> str:
    """The family of generators that a source of fakes is of; its own name if of none of them."""
    return next((name for name, members in FAMILIES.items() if source in members), source)


def plentiful(counts: Mapping[tuple[str, str], int]) -> set[str]:
    """The sources with `ENOUGH` faces to be set against each other; all of a class if none has.

    Args:
        counts: faces by label and source.
    """
    found = set()
    for label in {label for label, _ in counts}:
        of_class = {source: n for (other, source), n in counts.items() if other == label}
        found |= {source for source, n in of_class.items() if n >= ENOUGH} or set(of_class)
    return found
