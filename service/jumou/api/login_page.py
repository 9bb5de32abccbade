"""The page people log in on: plain HTML that runs no script."""

from typing import Final

from jinja2 import Environment, StrictUndefined
from starlette.responses import HTMLResponse

from jumou.domain.framework import Language

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGE: Final = """<!doctype html>
<html lang="{{ 'zh-CN' if zh else 'en' }}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ '登录 · 聚谋' if zh else 'Log in · jumou' }}</title>
<style>
body { font: 16px/1.6 "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif; background: #f4f6f8; color: #1d2733; margin: 0 }
main { max-width: 24rem; margin: 14vh auto 0; background: #fff; padding: 2rem; border: 1px solid #d5dce3; border-radius: 6px }
h1 { font-size: 1.3rem; margin: 0 0 1.2rem } label { display: block; margin: 1rem 0 .3rem; font-size: .9rem }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; border: 1px solid #9aa7b3; border-radius: 4px }
button, a.btn { display: block; width: 100%; box-sizing: border-box; text-align: center; font: inherit; margin-top: 1rem; padding: .55rem; border: 1px solid #1b4f72; border-radius: 4px; background: #1b4f72; color: #fff; text-decoration: none; cursor: pointer }
a.btn.second, form + form button { background: #fff; color: #1b4f72 } p.fault { color: #a8261c; margin: 0 0 1rem } p.quiet { color: #5a6875; font-size: .85rem }
</style></head><body><main>
<h1>{{ '登录聚谋' if zh else 'Log in to jumou' }}</h1>
{% if fault %}<p class="fault" role="alert">{{ fault }}</p>{% endif %}
{% if oidc %}<a class="btn" href="/login/oidc?next={{ back | urlencode }}">{{ '用统一身份认证登录' if zh else 'Log in with your organisation' }}</a>{% endif %}
<form method="post" action="/login">
<label for="key">{{ 'API 密钥' if zh else 'API key' }}</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="{{ back }}">
<button type="submit">{{ '登录' if zh else 'Log in' }}</button>
</form>
<p class="quiet">{{ '密钥由工作区管理员发放。' if zh else 'Keys are given out by the admins of a workspace.' }}</p>
</main></body></html>"""

_template = Environment(autoescape=True, undefined=StrictUndefined).from_string(_PAGE)


def login_page(language: Language, *, back: str, oidc: bool, fault: str = "", status: int = 200) -> HTMLResponse:
    """The page; `back` is where the person wanted to go."""
    content = _template.render(zh=language == "zh", back=back, oidc=oidc, fault=fault)
    return HTMLResponse(content, status, {"Content-Security-Policy": _POLICY, "Cache-Control": "no-store"})
