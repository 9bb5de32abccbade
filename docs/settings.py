"""Prints docs/settings.md from the settings themselves: `make docs`."""

import sys

from jumou.settings import Settings

HEAD = """# Settings · 设置

Every setting is an environment variable, read once when a process starts. Made by `make docs` from `jumou.settings`.
每项设置都是一个环境变量，进程启动时读取一次。本页由 `make docs` 生成。

| variable | default | what it is |
|---|---|---|"""
SPOKEN = {
    "home": "`.jumou/` in a checkout, else the platform's folder for a user's data",
    "most_upload_bytes": "50000000",
}
MEANING = {
    "language": "language of plans and messages: zh or en",
    "embeddings_api_key": "key of that endpoint; never logged",
    "llm_api_key": "key of the model's endpoint; never logged",
    "log_level": "debug, info, warning or error",
    "most_upload_bytes": "largest body of a request, in bytes",
}


def page() -> str:
    """The page, one row a setting, in the order of the code."""
    rows = []
    for name, field in Settings.model_fields.items():
        value = SPOKEN.get(name) or ("" if field.default in ("", None) else f"`{field.default}`")
        rows.append(f"| `JUMOU_{name.upper()}` | {value} | {field.description or MEANING[name]} |")
    return "\n".join([HEAD, *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
