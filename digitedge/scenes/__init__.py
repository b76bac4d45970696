"""Drawn hands and drawn pages, with their truth."""
