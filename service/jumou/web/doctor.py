"""The check of the installation on the page, as `jumou doctor` has it for the terminal."""

from pydantic import SecretStr

from jumou.doctor import Finding, examine
from jumou.web.preferences import Preferences
from jumou.web.service import Service

_SECRET = ("key", "url", "secret", "token")


def examined(service: Service, chosen: Preferences) -> list[Finding]:
    """Every check with what it found."""
    opening = service.parts.opening
    return list(examine(opening.whole, chosen.language, index=lambda: opening.jumou().index))


def settings_shown(service: Service) -> list[dict[str, str]]:
    """The settings in force, without what is secret."""
    rows = []
    for name, described in type(service.settings).model_fields.items():
        value = getattr(service.settings, name)
        hidden = isinstance(value, SecretStr) or any(word in name for word in _SECRET)
        shown = ("•••" if value else "—") if hidden else str(value if value not in ("", None) else "—")
        rows.append({"name": f"JUMOU_{name.upper()}", "value": shown, "what": described.description or ""})
    return rows
