"""Where Synerise's API is reached: checked before anything secret is sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address
    from urllib.parse import SplitResult

DEFAULT_BASE_URL = "https://api.snrapi.com"
_ODD = ' <>"\\^`{|}'
_DEFAULT_PORTS = {"https": 443, "http": 80}


class BaseUrl(NamedTuple):
    """A base URL in its one normal form.

    Attributes:
        text: scheme and host in lower case, no default port, no slash at the end.
        is_loopback: whether requests stay on this machine.
    """

    text: str
    is_loopback: bool


def parse_base_url(text: str) -> BaseUrl:
    """Check and normalise a base URL.

    Raises:
        ValueError: it is no URL, carries a password or a query, or would send
            secrets unencrypted over a network.
    """
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"withBaseUrl: {error}") from None
    has_odd_characters = any(each in _ODD or not each.isprintable() for each in text.strip())
    if parts.scheme not in _DEFAULT_PORTS or not host or has_odd_characters or not _is_host(parts):
        given = "" if "@" in text or "?" in text else f", not {text!r}"  # neither holds a secret
        raise ValueError(f"withBaseUrl: a URL such as https://api.snrapi.com is needed{given}")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("withBaseUrl: a base URL has no user, password, query or fragment")
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback:
        raise ValueError(
            f"withBaseUrl: http://{host} would send passwords and tokens unencrypted; "
            "use https (plain http is only for this machine itself, such as http://127.0.0.1)"
        )
    shown_host = f"[{host}]" if ":" in host else host
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    path = parts.path.rstrip("/")
    return BaseUrl(f"{parts.scheme}://{shown_host}{shown_port}{path}", is_loopback)


def _is_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if "[" in parts.netloc and _address(host) is None:
        return False
    return all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    from ipaddress import ip_address

    try:
        return ip_address(host)
    except ValueError:
        return None
