"""The tables and the JSON of an expression."""

import json
import re

from nntrain.explain.expression.explain import explain
from nntrain.terminal import Terminal


def test_the_content_holds_every_number() -> None:
    content = json.loads(json.dumps(explain(["x**2*y", "x + y"], ["x=2,y=3"]).content))
    assert content["at"] == {"x": 2, "y": 3}
    assert content["outputs"] == ["b", "c"]
    assert content["jacobian"] == {"forward": [[12, 4], [1, 1]], "reverse": [[12, 4], [1, 1]]}
    assert content["hessians"] == [[[6, 4], [4, 0]], [[0, 0], [0, 0]]]
    assert {"from": "x", "to": "a", "derivative": 4} in content["edges"]
    (node,) = (node for node in content["nodes"] if node["name"] == "a")
    assert node == {"name": "a", "operation": "x ** 2", "value": 4, "tangents": {"x": 4, "y": 0}, "adjoints": [3, 0]}
    assert content["work"]["memoized"] == {"operations": 3, "derivatives": 5}


def test_the_tables_show_twelve_digits() -> None:
    terminal = Terminal(as_json=True)
    for table in explain(["sqrt(x**2 + exp(x**2)) + cos(x**2 + exp(x**2))"], ["x=1"]).tables:
        terminal.table(*table)
    text = "\n".join(terminal.log)
    assert re.search(r"f +d \+ e +1\.09001221197 +5\.98308259591 +1$", text, re.MULTILINE)
    assert "d² f/d x d x   59.161311512" in text
    assert "operations         6                 11" in text


def test_a_missing_second_derivative_is_said() -> None:
    found = explain(["x**1.5"], ["x=0"])
    assert found.content["hessians"] == [None]
    assert found.tables[3][2] == [["d² a/d x d x", "not defined here"]]
