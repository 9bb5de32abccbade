"""Library, search and check."""

from jumou.web.service import Service


def register(service: Service) -> None:
    """Adds the pages."""
    del service
