"""Widgets that pages share. They draw what `core` computes and compute nothing themselves."""
