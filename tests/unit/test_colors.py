"""Both themes: the same names, and every text can be read on the ground it stands on."""

import tomllib

import pytest

from core.config import ROOT
from core.inference.colors import CLASS_COLORS
from ui.shared.colors import DARK, LIGHT, RUNS, palette

LEAST = 4.5  # WCAG 2.2, 1.4.3
THEMES = {"light": LIGHT, "dark": DARK}


def _brightness(color: str) -> float:
    """Relative luminance, in [0, 1]."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_brightness(one), _brightness(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # just too little


@pytest.mark.parametrize("theme", THEMES)
def test_texts_and_lines_can_be_read_on_both_grounds(theme):
    colors = THEMES[theme]
    for name in ("ink", "soft", "faint", "real", "fake", "unsure", "right", "wrong", *RUNS):
        for ground in ("ground", "second-ground"):
            assert contrast(colors[name], colors[ground]) >= LEAST, (name, ground)


@pytest.mark.parametrize("theme", THEMES)
def test_texts_can_be_read_on_the_tints_of_verdicts(theme):
    colors = THEMES[theme]
    for state in CLASS_COLORS:
        for name in (state, "ink", "soft", "faint"):
            assert contrast(colors[name], colors[f"tint-{state}"]) >= LEAST, (name, state)


def test_white_can_be_read_on_the_pills_of_verdicts():
    assert all(contrast("#ffffff", color) >= LEAST for color in CLASS_COLORS.values())


def test_both_themes_name_the_same_colours_and_streamlits_are_those():
    assert LIGHT.keys() == DARK.keys()
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for theme, colors in THEMES.items():
        assert config[theme]["backgroundColor"] == colors["ground"]
        assert config[theme]["secondaryBackgroundColor"] == colors["second-ground"]
        assert config[theme]["textColor"] == colors["ink"]


def test_without_a_browser_the_theme_is_light():
    assert palette() is LIGHT
