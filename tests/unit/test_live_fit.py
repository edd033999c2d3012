"""The calibration of live verdicts on made-up tracks, whose answers are known."""

import numpy as np
import pytest

from core.errors import UserError
from core.inference.live.evidence import Joining
from core.inference.live.judges import Judges
from core.inference.verdict import Calibration
from core.mp4 import write_mp4
from core.publishing.live_fit import accusing_bound, fit_live, held_out, shown
from core.publishing.live_tracks import Film, Tracks, film_views, tracks_of
from tests.unit.live.fakes import FixedPredictor, FixedSecond

WEIGHTS = {"cnn": 0.5, "second": 1.0}


def _tracks(
    real: float = -3.0, fake: float = 3.0, *, people: int = 27, photos: int = 200, fakes: int = 200
) -> Tracks:
    """Normal log-odds of spread 1 around two means; the first rows are filmed people."""
    rng = np.random.default_rng(0)
    count = people + photos + fakes
    labels = np.array([1] * (people + photos) + [0] * fakes)
    middle = np.where(labels == 1, real, fake)
    odds = {name: middle / 1.5 + rng.normal(size=count) / 1.5 for name in WEIGHTS}
    filmed = np.arange(count) < people
    names = np.array([f"face {number}" for number in range(count)])
    return Tracks(odds, labels, names, filmed, np.where(filmed, np.nan, 100.0))


def _film(name: str, label: int, cnn: float, second: float, seconds: float = 4.0) -> Film:
    views = []
    for number in range(round(seconds * 10)):
        views.append(("cnn", cnn, number / 10))
        if number % 3 == 0:
            views.append(("second", second, number / 10))
    return Film(name, label, tuple(views))


def test_no_filmed_person_and_few_photos_are_accused():
    tracks = _tracks(real=-1.0, fake=1.0)
    calibration = fit_live(tracks, WEIGHTS)
    odds = 0.5 * tracks.odds["cnn"] + tracks.odds["second"]
    accused = calibration.p_fake(odds) >= calibration.unsure_high
    assert not accused[tracks.filmed].any()
    assert accused[(tracks.labels == 1) & ~tracks.filmed].mean() <= 0.03
    assert calibration.unsure_high < 1


@pytest.mark.parametrize("apart", [0.2, 1.0, 5.0])
def test_where_nothing_is_known_it_is_unsure_however_easy_the_tracks_were(apart):
    calibration = fit_live(_tracks(-apart, apart), WEIGHTS)
    assert calibration.unsure_low <= 0.45 and calibration.unsure_high >= 0.55
    assert calibration.threshold == 0.5


def test_the_margin_is_wide_where_few_people_were_filmed():
    rng = np.random.default_rng(1)
    few, many = rng.normal(size=5), rng.normal(size=500)
    none = np.zeros(0)
    assert accusing_bound(few, none) > few.mean() + 3.7 * few.std(ddof=1)
    assert accusing_bound(many, none) < many.mean() + 4 * many.std(ddof=1)
    assert accusing_bound(many, none) >= many.max()
    assert accusing_bound(none, np.arange(100.0)) == 97.0  # 3 of 100 at it or beyond


def test_one_more_person_is_accused_one_time_in_a_hundred_at_most():
    rng = np.random.default_rng(2)
    accused = [
        rng.normal() >= accusing_bound(rng.normal(size=27), np.zeros(0)) for _ in range(5000)
    ]
    assert np.mean(accused) <= 0.015


def test_the_probabilities_mean_what_they_say():
    tracks = _tracks(real=-1.0, fake=1.0, people=2, photos=4000, fakes=4000)
    calibration = fit_live(tracks.kept(~tracks.filmed), WEIGHTS)
    rest = tracks.kept(~tracks.filmed)
    p_fake = calibration.p_fake(0.5 * rest.odds["cnn"] + rest.odds["second"])
    for low in (0.2, 0.4, 0.6, 0.8):
        inside = (p_fake > low) & (p_fake < low + 0.1)
        assert (rest.labels[inside] == 0).mean() == pytest.approx(low + 0.05, abs=0.06)


def test_a_network_that_does_not_count_changes_nothing():
    tracks = _tracks()
    other = Tracks(
        {**tracks.odds, "cnn": -tracks.odds["cnn"]},
        *(tracks.labels, tracks.people, tracks.filmed, tracks.sharpnesses),
    )
    assert fit_live(tracks, {"second": 1.0}) == fit_live(other, {"second": 1.0})
    assert fit_live(tracks, WEIGHTS) != fit_live(other, WEIGHTS)


def test_a_class_without_tracks_is_refused():
    tracks = _tracks()
    with pytest.raises(ValueError, match="two tracks"):
        fit_live(tracks.kept(tracks.labels == 1), WEIGHTS)


def test_each_person_is_judged_by_a_calibration_that_never_saw_them():
    plain = [_film(f"person {n}", 1, -2.0 - n / 10, -2.0 - n / 20) for n in range(12)]
    odd = _film("odd", 1, 4.0, 4.0)
    films = [*plain, odd, _film("made", 0, 6.0, 6.0)]
    tracks = Tracks.joined(_tracks(people=0), tracks_of(films))
    rows = held_out(tracks, films, WEIGHTS).set_index("name")
    assert rows.loc["odd", "verdict"] == "fake" and rows.loc["odd", "accused"]
    assert (rows.loc[[film.name for film in plain], "verdict"] == "real").all()
    # the one who looks generated raises the bar for all others, once known
    assert fit_live(tracks, WEIGHTS).unsure_high > 0.9
    assert shown(odd.views, WEIGHTS, fit_live(tracks, WEIGHTS))["verdict"] != "fake"


def test_what_is_shown_counts_changes_and_accusations_on_the_way():
    calibration = Calibration(
        temperature=1, bias=0, threshold=0.5, unsure_low=0.4, unsure_high=0.6, min_sharpness=0
    )
    turned = [("cnn", 4.0, n / 10) for n in range(20)] + [
        ("cnn", -8.0, n / 10) for n in range(20, 60)
    ]
    seen = shown(turned, {"cnn": 1.0}, calibration)
    assert (seen["verdict"], seen["accused"], seen["changes"]) == ("real", True, 2)
    assert seen["p_fake"] < 0.4 and seen["seconds"] == pytest.approx(5.9)
    nothing = shown([], {"cnn": 1.0}, calibration)
    assert (nothing["verdict"], nothing["p_fake"], nothing["accused"]) == ("unsure", None, False)


def test_the_views_of_films_are_noted_by_network(tmp_path, portrait):
    (tmp_path / "fake").mkdir()
    write_mp4([portrait] * 30, tmp_path / "fake" / "made.mp4", fps=15)
    calibration = Calibration(1.0, 0.0, 0.5, 0.4, 0.6, 0.0)
    joining = Joining(WEIGHTS, calibration)
    judges = Judges("both", FixedPredictor(1.0), FixedSecond(2.0), joining, joining)
    (film,) = film_views(tmp_path, judges)
    tracks = tracks_of([film])
    assert (film.name, film.label) == ("made", 0)
    assert tracks.odds == {"cnn": pytest.approx([1.0]), "second": pytest.approx([2.0])}
    assert tracks.filmed.all()
    with pytest.raises(UserError, match="no films"):
        list(film_views(tmp_path / "nothing", judges))
