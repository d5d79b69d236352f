"""Small pages for people's phones: no script, no foreign host, a strict policy."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping

from tessera.entrypoints.apple_service import WalletReply

_STYLE = (
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:26rem;margin:2.5rem auto;padding:0 1rem;"
    "color:#1b263b;background:#fbf8f2}h1{text-align:center}.lead,figure{text-align:center}"
    ".button{display:block;width:100%;box-sizing:border-box;padding:.8rem 1rem;border:0;"
    "border-radius:.6rem;background:#1b263b;color:#fff;font:inherit;font-weight:600;"
    "text-align:center;text-decoration:none}.button:focus-visible{outline:3px solid #c95d3d}"
    "figure{margin:2rem 0}svg{width:12rem;height:12rem}figcaption{font-size:.9rem}"
    "label{display:block;margin:.9rem 0 .2rem}input:not([type=checkbox]){width:100%;"
    "box-sizing:border-box;padding:.6rem;font:inherit;border:1px solid #8e9aa6;border-radius:.4rem}"
    ".check{display:flex;gap:.6rem;align-items:flex-start}.check input{margin-top:.4rem}"
    ".error{padding:.6rem;border-left:4px solid #a8492f;background:#fff}"
    ".terms{font-size:.9rem;white-space:pre-line}.away{position:absolute;left:-99rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(
    status: int,
    language: str,
    title: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    *,
    form: bool = False,
) -> WalletReply:
    """A page around a body; `title` and what is in `body` are escaped already where they must be.

    `form` lets the page send its form, to us and to nobody else.
    """
    document = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    target = "'self'" if form else "'none'"
    policy = (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        f"form-action {target}; frame-ancestors 'none'"
    )
    return WalletReply(
        status,
        "text/html; charset=utf-8",
        document.encode(),
        {
            "Content-Security-Policy": policy,
            "Content-Language": language,
            "Vary": "User-Agent, Accept-Language",
            **(headers or {}),
        },
    )
