"""Tests of the wire `cohere-v2`."""
