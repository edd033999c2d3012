"""What several pages draw: the theme, cards and grids of faces, charts, names as text."""
