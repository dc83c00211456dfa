"""The judge of every adapter: exchanges recorded with real providers."""
