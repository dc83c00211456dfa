"""The values: messages, parts, tools, responses, schemas."""
