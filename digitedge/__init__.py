"""digitedge: handwritten digits from paper to number on small computers."""

__version__ = "0.1.0"
