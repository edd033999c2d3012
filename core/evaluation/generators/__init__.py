"""How good a generator is: distances to real faces in spaces of features, and how well it fools."""
