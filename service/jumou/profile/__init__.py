"""Reading, checking and templating of region profiles."""

from jumou.profile.check import check_profile
from jumou.profile.read import Reading, examine_content, examine_profile, parse_profile, read_profile

__all__ = ["Reading", "check_profile", "examine_content", "examine_profile", "parse_profile", "read_profile"]
