"""Which servers may help a browser and this app to find each other (ICE, RFC 8445)."""

import json
from typing import Any

from core.errors import UserError

_HOW = (
    'Write a JSON list such as [{"urls": "stun:HOST:3478"}, {"urls": "turn:HOST:3478", '
    '"username": "NAME", "credential": "SECRET"}], or leave it empty.'
)


def parse_ice_servers(text: str | None) -> list[dict]:
    """Read the setting `ICE_SERVERS`.

    Args:
        text: JSON; None or blank means no server, which is enough on one machine or network.

    Returns:
        Entries with "urls" (one or a list) and perhaps "username" and "credential".

    Raises:
        UserError: it is not such a list.
    """
    if not text or not text.strip():
        return []
    try:
        servers = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"The setting ICE_SERVERS is not JSON. {_HOW}") from error
    if not isinstance(servers, list) or not all(map(_is_server, servers)):
        raise UserError(f"The setting ICE_SERVERS is not a list of STUN or TURN servers. {_HOW}")
    return servers


def _is_server(entry: Any) -> bool:
    if not isinstance(entry, dict) or not entry.keys() <= {"urls", "username", "credential"}:
        return False
    urls = entry.get("urls")
    urls = [urls] if isinstance(urls, str) else urls
    if not isinstance(urls, list) or not urls:
        return False
    schemes = ("stun:", "stuns:", "turn:", "turns:")
    return all(isinstance(url, str) and url.startswith(schemes) for url in urls)
