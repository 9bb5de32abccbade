"""Reading, checking and templating of region profiles."""

from jumou.profile.check import check_profile
from jumou.profile.many import read_contents, read_many
from jumou.profile.read import Reading, examine_content, examine_profile, parse_profile, read_profile
from jumou.profile.samples import sample_names, sample_profile
from jumou.profile.template import write_template

__all__ = [
    "Reading",
    "check_profile",
    "examine_content",
    "examine_profile",
    "parse_profile",
    "read_contents",
    "read_many",
    "read_profile",
    "sample_names",
    "sample_profile",
    "write_template",
]
