"""What the Training page says of hyperparameters comes from the recipes' own docstrings."""

from dataclasses import fields

import pytest

from core.training.classifier.recipes import Recipe
from core.training.gan.recipes import GanRecipe
from core.training.meanings import meanings, titled


@pytest.mark.parametrize(("recipe", "trained"), [(Recipe, "classifier"), (GanRecipe, "DCGAN")])
def test_each_hyperparameter_of_a_recipe_has_a_sentence(recipe, trained):
    names = {field.name for field in fields(recipe)}
    network, told = meanings(names)
    assert network == trained and set(told) == names
    assert all(text.endswith(".") and "\n" not in text for text in told.values())


def test_what_is_not_known_is_left_out():
    assert list(meanings(["sources", "of another world"])[1]) == ["sources"]


def test_a_name_for_people():
    assert titled("ema_decay") == "Ema decay"
