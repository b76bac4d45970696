"""The model file and the LiteRT classifier."""
