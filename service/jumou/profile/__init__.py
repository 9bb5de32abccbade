"""Reading, checking and templating of region profiles."""

from jumou.profile.check import check_profile
from jumou.profile.read import parse_profile, read_profile
from jumou.profile.template import write_template

__all__ = ["check_profile", "parse_profile", "read_profile", "write_template"]
