"""The page instead of one that was asked for too often: plain HTML that runs no script."""

from math import ceil
from typing import Final

from jinja2 import Environment, StrictUndefined
from starlette.responses import HTMLResponse

from jumou.domain.framework import Language
from jumou.errors import TooManyRequests

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_SOON: Final = 60
"""A page that may be had again within so many seconds is loaded by itself."""

_PAGE: Final = """<!doctype html>
<html lang="{{ 'zh-CN' if zh else 'en' }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
{% if seconds <= soon %}<meta http-equiv="refresh" content="{{ seconds }}">{% endif %}
<title>{{ '请稍候 · 聚谋' if zh else 'One moment · jumou' }}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.7 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; background: light-dark(#f4f5f2, #12171c); color: light-dark(#1c2530, #e8ecef); margin: 0 }
main { max-width: 30rem; margin: 16vh auto 0; padding: 0 1.5rem } h1 { font-size: 1.3rem; margin: 0 0 .6rem } a { color: light-dark(#1b4f72, #86bde4) }
</style></head><body><main id="refused">
<h1>{{ title }}</h1>
<p role="alert">{{ mend }}</p>
<p><a href="">{{ '重新打开' if zh else 'Open it again' }}</a></p>
</main></body></html>"""

_template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)


def refused_page(error: TooManyRequests, language: Language) -> HTMLResponse:
    """Says in words what was too much and when to come again."""
    seconds, zh = ceil(error.retry_after), language == "zh"
    content = _template.render(
        zh=zh, seconds=seconds, soon=_SOON, title=error.message_zh if zh else error.message_en,
        mend=error.mend_zh if zh else error.mend_en,
    )  # fmt: skip
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store", "Retry-After": str(seconds)}
    return HTMLResponse(content, 429, headers)
