"""Drafters and the check every draft passes."""
