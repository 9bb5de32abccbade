"""The HTTP interface: thin, on top of everything."""
