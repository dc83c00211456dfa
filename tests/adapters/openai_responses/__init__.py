"""Tests of the wire `openai-responses`."""
