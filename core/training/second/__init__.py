"""Training of the second opinion: frozen features of every face, and a small head on them."""
