"""Whole conversations with servers that llmkit's authors did not write."""
