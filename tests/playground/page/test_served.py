import json
import re

import pytest

from nntrain.playground.base import Base
from nntrain.playground.page.served import page
from nntrain.playground.settings import Settings

pytestmark = pytest.mark.quick


def test_the_page_is_one_document_that_reaches_its_server_alone() -> None:
    text = page(Base())
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert "default-src 'none'; connect-src 'self'" in policy
    assert policy.count("'sha256-") == text.count("<script>") + 1  # and the style
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    ids = re.findall(r' id="(\w+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'byId\("(\w+)"\)', text)) <= set(ids)


def test_names_are_only_data() -> None:
    base = Base(Settings(kind=None), name="</script><script>alert(1)</script>", columns=("<b>", "b"))
    text = page(base)
    assert "</script><script>alert" not in text
    [begin] = re.findall(r'<script type="application/json" id="begin">(.*?)</script>', text)
    assert json.loads(begin)["base"]["name"] == base.name
