"""Latency that can be believed."""
