"""The web page for planners: thin pages over the same plans, decisions and library as the API.

Nothing of it is loaded before `install` is called, so that the other commands pay nothing for it.
"""

from jumou.web.mount import install

__all__ = ["install"]
