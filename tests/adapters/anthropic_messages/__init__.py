"""The wire `anthropic-messages`."""
