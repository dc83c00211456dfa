"""The transports, against real sockets, in both colours."""
