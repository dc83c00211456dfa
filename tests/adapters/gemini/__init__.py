"""Tests of the wire `gemini`."""
