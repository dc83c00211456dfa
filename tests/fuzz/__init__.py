"""Bytes from anywhere: whatever comes in, an answer or a typed error goes out."""
