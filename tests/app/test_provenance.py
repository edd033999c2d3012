"""The list of what a file says of itself, without a browser."""

import html
import re

from streamlit.testing.v1 import AppTest

from core.provenance.claim import HOW_FAR, NOTHING
from tests.app.words import page_text

BAD = '<img src=x onerror="alert(1)"> **bold** :smile: $x$'


def _drawn(*claims: tuple[str, str, str]) -> str:
    def page(claims):
        from core.provenance.claim import Claim
        from ui.photo.provenance import what_the_file_says

        what_the_file_says(tuple(Claim(*claim) for claim in claims))

    test = AppTest.from_function(page, kwargs={"claims": claims}).run()
    assert not test.exception
    return page_text(test)


def test_claims_stand_there_as_text_with_how_far_to_trust_them():
    drawn = _drawn(("camera", f"Names {BAD}.", BAD), ("date", "Taken then.", ""))
    assert "<img" not in drawn and html.unescape(re.sub(r"<[^>]+>", "", drawn)).count(BAD) == 2
    assert "Taken then." in drawn and html.escape(HOW_FAR) in drawn


def test_that_a_file_says_nothing_is_said():
    drawn = _drawn()
    assert NOTHING in drawn and "proves nothing" in drawn


def test_every_kind_of_claim_has_a_name():
    from core.provenance import claim
    from ui.photo.provenance import KINDS

    told = re.findall(r'"(\w+)"', claim.Claim.__doc__)
    assert len(told) == 10 and set(told) == set(KINDS)
