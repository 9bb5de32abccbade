"""Office files that are the same bytes for the same plan: fixed times in the archive and in the document's properties."""

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Final

from jumou.domain.plan import Plan

_EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)
"""The earliest moment a zip archive can name; stands for a plan without a time."""

_TIMES: Final = re.compile(rb"(<dcterms:(created|modified)\b[^>]*>)[^<]*(</dcterms:\2>)")


def moment(plan: Plan) -> datetime:
    """When the plan was made, in UTC; the start of 1980 when it does not say."""
    try:
        made = datetime.fromisoformat(plan.provenance.created_at)
    except ValueError:
        return _EPOCH
    made = made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)
    return max(made, _EPOCH).replace(microsecond=0)


def sealed(content: bytes, when: datetime) -> bytes:
    """The archive with `when` as the time of every member and of the core properties; contents and order stay."""
    stamp = f"{when:%Y-%m-%dT%H:%M:%SZ}".encode()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _TIMES.sub(rb"\g<1>" + stamp + rb"\g<3>", body)
            member = zipfile.ZipInfo(name, date_time=when.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            new.writestr(member, body)
    return result.getvalue()
