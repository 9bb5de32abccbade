"""jumou for assistants that speak the Model Context Protocol: it reads by default, and writes only when it is started so."""

from jumou.mcp.server import create_server

__all__ = ["create_server"]
