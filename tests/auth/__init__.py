"""Credentials, and the requests that they are put on."""
