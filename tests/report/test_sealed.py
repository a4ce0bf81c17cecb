import base64
import hashlib

import pytest

from nntrain.report import sealed

pytestmark = pytest.mark.quick


def test_the_policy_lets_the_style_and_the_scripts_of_the_page_run_and_nothing_else() -> None:
    found = sealed.head("a &lt; b", "p {}", {"one": "1", "two": "2"}, img_src="data:")
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in ("p {}", "1", "2")]
    style, one, two = (f"'sha256-{text}'" for text in hashes)
    rest = f"style-src {style}; script-src {one} {two}; base-uri 'none'; form-action 'none'"
    assert f"content=\"default-src 'none'; img-src data:; {rest}\"" in found
    assert "<title>a &lt; b</title><style>p {}</style>" in found
    assert "script-src 'none'" in sealed.head("", "", {})


def test_json_ends_no_script() -> None:
    found = sealed.json_script("x", {"a": "</script><!--", "b": "é"})
    assert found == '<script type="application/json" id="x">{"a":"\\u003c/script>\\u003c!--","b":"\\u00e9"}</script>'
    with pytest.raises(ValueError, match="JSON"):
        sealed.json_script("x", float("nan"))


def test_a_file_beside_the_modules_of_a_package() -> None:
    assert sealed.asset("nntrain.report", "page.css").startswith(":root")
