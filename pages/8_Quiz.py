"""You guess first: ten faces, your guesses, then the model's verdicts and both scores."""

from ui.quiz.game import quiz
from ui.shared.theme import start_page

start_page("You guess first", "Ten faces. Which are photos, which did a generator make?")
quiz()
