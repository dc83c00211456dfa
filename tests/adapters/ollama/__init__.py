"""Tests of the wire `ollama`."""
