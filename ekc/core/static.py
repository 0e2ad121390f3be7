"""Static files under addresses that change with their content, and compression of what is sent.

No proxy is needed for either. A page holds no secret that a guess sent from elsewhere could be compressed against:
with a visitor's cookies another site can only open a whole page (SameSite=Lax), and a personal link is in no page
but its own.
"""

import gzip
import mimetypes
import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import brotli
from flask import Flask, Response, abort, request
from werkzeug.http import generate_etag
from werkzeug.security import safe_join

FOLDER = Path(__file__).parents[1] / "static"
#: Sent as one file: a connection and its answer cost a slow telephone more than what stands in them.
JOINED = {"css/pages.css": ("css/vendor/designsystemet.css", "css/vendor/theme.css", "css/ekc.css")}
_FOR_EVER = "public, max-age=31536000, immutable"
_TEXT = re.compile(r"text/|image/svg")
_LINKED = re.compile(r'url\("\.\./(fonts/[^"]+)"\)')
_WORTH_IT = 1024  # bytes; less fits in a packet or two as it is
_PAGE_QUALITY = 4  # of 11: a page is compressed in a fraction of a millisecond


@dataclass(frozen=True)
class _File:
    content: bytes
    content_type: str
    version: str
    compressed: dict[str, bytes]


def install(app: Flask) -> None:
    """Serve the static files, add their version to their addresses, and compress pages."""
    app.add_url_rule("/static/<path:filename>", "static", _serve)
    app.url_defaults(_add_version)
    app.after_request(_compress)


def _serve(filename: str) -> Response:
    file = _file(filename) or abort(404)
    encoding = _accepted() if file.compressed else None
    response = Response(file.compressed[encoding] if encoding else file.content, content_type=file.content_type)
    if file.compressed:
        response.vary.add("Accept-Encoding")
    if encoding:
        response.content_encoding = encoding
    response.headers["Cache-Control"] = _FOR_EVER if request.args.get("v") == file.version else "no-cache"
    response.set_etag(f"{file.version}-{encoding or 'plain'}")
    response.make_conditional(request)
    return response


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and (file := _file(values["filename"])):
        values["v"] = file.version


def _compress(response: Response) -> Response:
    if response.direct_passthrough or response.is_streamed or "Content-Encoding" in response.headers:
        return response
    if response.mimetype != "text/html" or len(response.get_data()) < _WORTH_IT:
        return response
    response.vary.add("Accept-Encoding")
    if encoding := _accepted():
        response.set_data(_encode(response.get_data(), encoding, _PAGE_QUALITY))
        response.content_encoding = encoding
    return response


def _accepted() -> str | None:
    """The encoding to send: the smaller one that the browser knows."""
    return next((encoding for encoding in ("br", "gzip") if request.accept_encodings[encoding]), None)


def _encode(content: bytes, encoding: str, quality: int) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(content, quality=quality))
    return gzip.compress(content, min(quality, 9), mtime=0)


def _file(filename: str) -> _File | None:
    paths = tuple(safe_join(str(FOLDER), one) or "" for one in JOINED.get(filename, (filename,)))
    try:
        return _read(paths, *(os.stat(path).st_mtime_ns for path in paths))  # noqa: PTH116 - six times a page
    except OSError:  # no such file, or no name that a file can have
        return None


@lru_cache(maxsize=64)
def _read(paths: tuple[str, ...], *changed: int) -> _File:  # noqa: ARG001 - read again when one changed
    content = b"\n".join(Path(path).read_bytes() for path in paths)
    content_type = mimetypes.guess_type(paths[0])[0] or "application/octet-stream"
    if content_type == "text/css":
        content = _LINKED.sub(_with_version, content.decode()).encode()
    is_text = bool(_TEXT.match(content_type))
    return _File(
        content,
        f"{content_type}; charset=utf-8" if is_text else content_type,
        generate_etag(content)[:12],
        {encoding: _encode(content, encoding, 11) for encoding in ("br", "gzip")} if is_text else {},
    )


def _with_version(found: re.Match[str]) -> str:
    file = _file(found[1])
    return f'url("../{found[1]}?v={file.version}")' if file else found[0]
