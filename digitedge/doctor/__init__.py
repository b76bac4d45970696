"""What is missing on this machine, each finding with the command that mends it."""
