"""The operator's list of STUN and TURN servers."""

import pytest

from core.errors import UserError
from ui.live.ice import parse_ice_servers


@pytest.mark.parametrize("text", [None, "", "  \n", "[]"])
def test_nothing_means_no_server(text):
    assert parse_ice_servers(text) == []


def test_a_good_list():
    text = '[{"urls": "stun:a:1"}, {"urls": ["turn:b", "turns:b"], "username": "u"}]'
    assert [entry["urls"] for entry in parse_ice_servers(text)] == [
        "stun:a:1",
        ["turn:b", "turns:b"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "stun:a",
        '"stun:a"',
        '{"urls": "stun:a"}',
        '[{"url": "stun:a"}]',
        '[{"urls": []}]',
        '[{"urls": "http://a"}]',
        '[{"urls": [1]}]',
        '[{"urls": "stun:a", "password": "x"}]',
        "[null]",
        "[" * 100_000,
    ],
)
def test_a_bad_list_gets_a_sentence(text):
    with pytest.raises(UserError, match="ICE_SERVERS"):
        parse_ice_servers(text)
