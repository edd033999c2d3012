"""Faces that no one has: paint them, take them apart, see how the painter learned."""

from ui.generator.faces import many_faces, one_face
from ui.generator.input import asked_for, set_link
from ui.generator.learning import how_good, how_it_learned, origins
from ui.generator.paths import arithmetic, between
from ui.shared import address
from ui.shared.resources import get_inspector
from ui.shared.theme import start_page, switch

VIEWS = {
    "faces": ("Faces", many_faces),
    "one": ("One face", one_face),
    "between": ("Between two", between),
    "sums": ("Sums", arithmetic),
    "learning": ("How it learned", how_it_learned),
    "quality": ("How good it is", how_good),
}

start_page("Generator", "Faces that no one has, painted from random numbers. Turn the numbers.")
inspector = get_inspector()
address.take("generator", {"view": address.Field("gen_view", "faces", address.one_of(VIEWS))})
view = switch("View", {name: label for name, (label, _) in VIEWS.items()}, "gen_view")
request, generator = asked_for(view)
if generator is not None and inspector is not None:
    VIEWS[view][1](request, generator, inspector)
set_link(request, view)
origins()
