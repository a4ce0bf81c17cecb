import base64
import hashlib
import json
import re
from dataclasses import replace
from typing import Any

from nntrain.evaluation.evaluate import same_data
from nntrain.exports.subject import Subject
from nntrain.exports.web.page import page
from nntrain.storage.run_dir import RunDir

SCRIPT = re.compile(r'<script[^>]* id="(\w+)">(.*?)</script>', re.DOTALL)


def test_a_page_is_one_file_that_runs_its_own_scripts_alone(people: Any) -> None:
    html = page(Subject.of(people, same_data(people)))
    scripts = dict(SCRIPT.findall(html))
    assert list(scripts) == ["page", "weights", "network", "form"]
    content = json.loads(scripts["page"])
    assert [layer["op"] for layer in content["layers"]][:2] == ["table", "dense"]
    values = base64.b64decode(scripts["weights"])
    last = content["layers"][-2]["bias"]
    assert len(values) == 4 * (last["at"] + last["size"])
    for name in ("network", "form"):
        digest = base64.b64encode(hashlib.sha256(scripts[name].encode()).digest()).decode()
        assert f"'sha256-{digest}'" in html
    assert "default-src 'none'" in html and not re.search(r'(src|href)="', html)
    assert html.count("<script") == html.count("</script>") == 4


def test_names_are_no_markup(people: Any) -> None:
    subject = Subject.of(people, same_data(people))
    bad = "</script><script>alert(1)</script>"
    schema = replace(subject.saved.resolved.schema, classes=(bad, "b"))
    resolved = replace(subject.saved.resolved, schema=schema)
    run_dir = RunDir(people.path.with_name("<b>"))
    html = page(Subject(run_dir, replace(subject.saved, resolved=resolved), subject.data))
    assert html.count("</script>") == 4 and "<h1>&lt;b&gt;</h1>" in html
    assert json.loads(dict(SCRIPT.findall(html))["page"])["schema"]["classes"] == [bad, "b"]
