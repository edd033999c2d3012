"""The marks of picture generators in the metadata of a file."""

import re

from core.config import GENERATED_MARK
from core.provenance.claim import Claim, printable, quoted
from core.provenance.fields import Fields

_INVOKE = ("invokeai_metadata", "invokeai_graph", "invokeai_workflow", "sd-metadata", "Dream")
_STEPS = re.compile(r"\bSteps: \d{1,5}\b.{0,400}?\b(Sampler|CFG scale|Seed): ", re.DOTALL)
_JOB = re.compile(r"\bJob ID: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_SEARCHED = 200_000  # characters of a text
_NAMES = {
    "Midjourney": r"midjourney",
    "DALL-E (OpenAI)": r"dall[-\u00b7\u2022 ]?e",
    "OpenAI": r"openai|chatgpt|gpt-image|gpt-4o",
    "Adobe Firefly": r"adobe[ _]firefly",
    "Google's AI": r"made with google ai|google imagen|google gemini",
    "Stable Diffusion": r"stable[ -]diffusion|dreamstudio|stability ai|automatic1111",
    "NovelAI": r"novelai",
    "InvokeAI": r"invokeai",
    "ComfyUI": r"comfyui",
    "Fooocus": r"fooocus",
    "FLUX": r"black forest labs",
    "Bing Image Creator": r"bing image creator|microsoft designer",
    "Leonardo.Ai": r"leonardo\.ai",
    "Ideogram": r"ideogram",
    "Grok": r"\bgrok\b|\bx\.?ai aurora",
    "StyleGAN": r"stylegan|thispersondoesnotexist",
    GENERATED_MARK: re.escape(GENERATED_MARK),
}
_KNOWN = {name: re.compile(words, re.IGNORECASE) for name, words in _NAMES.items()}


def of_generators(fields: Fields) -> list[Claim]:
    """The generators whose marks a file carries, each once; those by their own format first."""
    found = _formats(fields)
    claims = [Claim("generator", _says(name), detail) for name, detail in found.items()]
    named = [fields.text.get(key, "") for key in ("Title", "Source", "Author", "comment")]
    for words in [*fields.programs, *fields.credits, *named]:
        for name in set(known_names(words)) - set(found):
            found[name] = words
            says = f"Names {name}, which generates pictures."
            claims.append(Claim("generator", says, f"It says {quoted(words)}."))
    return claims


def known_names(words: str) -> list[str]:
    """The names of the generators in a text, including this app's own mark."""
    return [name for name, known in _KNOWN.items() if known.search(words[:_SEARCHED])]


def _says(name: str) -> str:
    if name == GENERATED_MARK:
        return "Says that it is a generated face, saved by this app: no photograph."
    return f"Carries marks of {name}, which generates pictures."


def _formats(fields: Fields) -> dict[str, str]:
    """The generators whose own metadata format is found -> an excerpt of it."""
    text, found = fields.text, {}
    if text.get("Software") == GENERATED_MARK:
        told = {key: words for key, words in text.items() if key != "Software"}
        found[GENERATED_MARK] = _pairs(told)
    if nodes := _comfy(fields):
        found["ComfyUI"] = f"Its graph of nodes: {printable(nodes)}"
    if keys := [key for key in _INVOKE if key in text]:
        found["InvokeAI"] = _pairs({key: text[key] for key in keys})
    if "fooocus_scheme" in text:
        found["Fooocus"] = printable(text.get("parameters", ""))
    for where in ("parameters", "UserComment", "Comment", "comment"):
        words = text.get(where) or fields.exif.get(where, "")
        if "sui_image_params" in words[:_SEARCHED]:
            found.setdefault("SwarmUI", printable(words))
        elif _STEPS.search(words[:_SEARCHED]):
            found.setdefault("Stable Diffusion", f"Its parameters: {printable(words)}")
    for words in _described(fields):
        if _JOB.search(words[:_SEARCHED]):
            found.setdefault("Midjourney", f"Its description: {printable(words)}")
    return found


def _comfy(fields: Fields) -> str:
    """ComfyUI's graph, in text chunks of a PNG or behind a prefix in EXIF of a WebP; "" if none."""
    places = [fields.text.get("prompt", ""), fields.text.get("workflow", "")]
    places += [
        words.split(":", 1)[1]
        for words in fields.exif.values()
        if words.startswith(("prompt:", "workflow:"))
    ]
    marks = ('"class_type"', '"nodes"')
    graphs = (words for words in places if words.lstrip()[:1] == "{")
    return next((words for words in graphs if any(mark in words for mark in marks)), "")


def _described(fields: Fields) -> list[str]:
    """The descriptions of the picture in the metadata."""
    places = (fields.text.get("Description", ""), fields.exif.get("ImageDescription", ""))
    return [*places, *fields.xmp.get("li", [])[:50]]


def _pairs(told: dict[str, str]) -> str:
    return printable("; ".join(f"{key}: {words[:400]}" for key, words in told.items()))
