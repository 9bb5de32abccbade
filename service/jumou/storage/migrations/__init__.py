"""Migrations, run when the store is opened."""
