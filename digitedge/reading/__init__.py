"""Picture → ink → candidates → decisions → numbers."""
