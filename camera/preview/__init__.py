"""The page: what the camera sees and reads, in a browser on the same machine, a laptop or a phone."""
