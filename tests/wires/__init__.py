"""Tests that hold for every wire alike."""
