"""What the documents of three systems promise on chat, each line held by a test of its own."""
