"""Very many calls and streams, of which a tenth fails, and what must be true of all of them.

`nox -s soak` does 100,000 calls and 10,000 streams in each colour and prints the figures;
`test_soak.py` does a few of each.
"""
