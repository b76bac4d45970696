"""Latency that can be believed: timing, statistics, board facts, remote runs."""
