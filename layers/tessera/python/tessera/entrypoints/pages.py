"""Small pages for people's phones: no script, no foreign host, a strict policy."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Mapping

from tessera.entrypoints.apple_service import WalletReply

_STYLE = (
    ":root{color-scheme:light dark;--ink:#1b263b;--cream:#f4e8d0;--paper:#f3eee3;--card:#fff;"
    "--line:#7d8996;--alarm:#a8492f}"
    "@media(prefers-color-scheme:dark){:root{--ink:#f1eadb;--paper:#0f141d;--card:#1a2230;"
    "--line:#8b97a5;--alarm:#f0a08a}}"
    "body{font:1.05rem/1.5 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--paper)}"
    "main{max-width:27rem;margin:1rem auto;background:var(--card);border-radius:1.2rem;"
    "overflow:hidden;box-shadow:0 .5rem 2rem #0002}"
    "@media(max-width:29rem){main{margin:.75rem}}@media(min-height:50rem){main{margin-top:6vh}}"
    "h1{margin:0;padding:1.5rem;text-align:center;font-size:1.7rem;line-height:1.2;"
    "background:#1b263b;color:#f4e8d0}.body{padding:1.25rem 1.5rem 1.5rem}"
    ".lead,.also,figure{text-align:center}.lead{margin:0 0 1.25rem}.also{margin:1.25rem 0 0}"
    ".button{display:block;width:100%;box-sizing:border-box;margin:.75rem 0;padding:.85rem 1rem;"
    "border:0;border-radius:.7rem;background:#1b263b;color:#f4e8d0;font:inherit;font-weight:600;"
    "text-align:center;text-decoration:none;cursor:pointer}.button:hover{background:#2b3a57}"
    "@media(prefers-color-scheme:dark){.button{background:#f4e8d0;color:#1b263b}"
    ".button:hover{background:#fff6e3}}"
    "a{color:inherit}:focus-visible{outline:3px solid #c95d3d;outline-offset:2px}"
    ".also a{display:inline-block;padding:.6rem}figure{margin:1.25rem 0 0}"
    "svg{display:block;margin:0 auto}.qr{width:11rem;height:11rem;border-radius:.5rem}"
    ".code .qr{width:min(100%,18rem);height:auto}.code figcaption{font-size:1.15rem;"
    "letter-spacing:.06em;margin-top:.75rem}figcaption{font-size:.95rem;margin-top:.5rem}"
    ".left{width:min(100%,18rem);height:.4rem;margin-top:.75rem;color:#c95d3d}"
    "label{display:block;margin:.9rem 0 .25rem}input:not([type=checkbox]){width:100%;"
    "box-sizing:border-box;min-height:2.75rem;padding:.55rem .7rem;font:inherit;color:inherit;"
    "background:transparent;border:1px solid var(--line);border-radius:.5rem}"
    ".check{display:flex;gap:.75rem;align-items:center;min-height:2.75rem;margin:.4rem 0}"
    ".check input{flex:none;width:1.4rem;height:1.4rem;margin:0;accent-color:#c95d3d}"
    ".error{margin:0 0 1rem;padding:.6rem .8rem;border-left:4px solid var(--alarm);"
    "background:#c95d3d1a}.terms{font-size:.92rem;white-space:pre-line;max-height:9rem;"
    "overflow:auto}.away{position:absolute;left:-99rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def page(
    status: int,
    language: str,
    title: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    *,
    heading: str = "",
    form: bool = False,
) -> WalletReply:
    """A page around a body; what is in `body` is escaped already where it must be.

    `heading` is what stands on the band, the title where nothing else is said. `form` lets the
    page send its form, to us and to nobody else.
    """
    document = (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{html.escape(heading or title)}</h1>"
        f'<div class="body">{body}</div></main></body></html>'
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
