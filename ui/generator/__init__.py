"""The Generator page: faces that no one has."""
