"""Work on files of strangers, done in processes that can do nothing else: bounded, without network, files or settings."""
