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
    text = text.strip()
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _no_url(text) from None
    has_odd_characters = any(each in _ODD or not each.isprintable() for each in text)
    if parts.scheme not in _DEFAULT_PORTS or not host or has_odd_characters:
        raise _no_url(text)
    shown_host = f"[{host}]" if ":" in host else host
    if not _is_host(host) or not _is_place(parts, shown_host):
        raise _no_url(text)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("withBaseUrl: a base URL has no user, password, query or fragment")
    is_loopback = _is_loopback(host)
    if parts.scheme == "http" and not is_loopback:
        raise ValueError(
            f"withBaseUrl: http://{host} would send passwords and tokens unencrypted; "
            "use https (plain http is only for this machine itself, such as http://127.0.0.1)"
        )
    shown_port = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    path = parts.path.rstrip("/")
    return BaseUrl(f"{parts.scheme}://{shown_host}{shown_port}{path}", is_loopback)


def _no_url(text: str) -> ValueError:
    # What looks like a password or a key is not repeated.
    is_shown = "://" in text and not any(each in text for each in "@?#")
    given = f", not {text!r}" if is_shown else ""
    return ValueError(f"withBaseUrl: a URL such as https://api.snrapi.com is needed{given}")


def _is_host(host: str) -> bool:
    if ":" in host:
        return _address(host) is not None
    return all(_is_label(label) for label in host.removesuffix(".").split("."))


def _is_place(parts: SplitResult, host: str) -> bool:
    """Tell whether there is nothing but host and port, beside a user who is refused later."""
    port = "" if parts.port is None else f":{parts.port}"
    return parts.netloc.rpartition("@")[2].lower().removesuffix(":") == f"{host}{port}"


def _is_label(text: str) -> bool:
    return 0 < len(text) < 64 and all(each.isalnum() or each in "-_" for each in text)


def _is_loopback(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    from ipaddress import ip_address

    try:
        return ip_address(host)
    except ValueError:
        return None
