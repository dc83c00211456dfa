"""Each wire, with nothing but values."""
