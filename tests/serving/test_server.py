import socket

import pytest

from nntrain.errors import ConfigError
from nntrain.serving.server import listen, url_of


def test_a_port_that_is_taken_is_an_error_and_0_is_a_free_one() -> None:
    with listen("127.0.0.1", 0) as one:
        port = one.getsockname()[1]
        assert url_of(one) == f"http://127.0.0.1:{port}"
        with pytest.raises(ConfigError, match=f"port {port} of 127.0.0.1 is taken") as caught:
            listen("127.0.0.1", port)
        assert caught.value.problems[0].help == "give another with `--port`; 0 takes any free one"


def test_an_address_of_no_interface_is_an_error() -> None:
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(ConfigError, match=host):
            listen(host, 0)


def test_every_interface_is_shown_as_this_machine() -> None:
    with listen("0.0.0.0", 0) as all_of_them:
        assert url_of(all_of_them).startswith("http://127.0.0.1:")
    if socket.has_ipv6:
        with listen("::1", 0) as six:
            assert url_of(six).startswith("http://[::1]:")


def test_an_answer_waits_for_no_acknowledgement() -> None:
    with listen("127.0.0.1", 0) as one, socket.create_connection(one.getsockname()), one.accept()[0] as accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
