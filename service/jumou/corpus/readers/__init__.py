"""Reads users' files: one module a format, all of them run in processes of their own with bounded means.

`pool.Readers` is the face; `read.read` is what runs inside. This package loads no parser until a file needs it.
"""
