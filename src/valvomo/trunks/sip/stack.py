"""How the stack is set up for an account."""

from __future__ import annotations

import os
import socket
from ipaddress import IPv6Address, ip_address

import certifi
from baresip import Account, Config

from valvomo.trunks.sip.forms import SipSettings
from valvomo.trunks.sip.talk import HEADERS

SILENT_SECONDS = 60
"""Without any sound from the other side, after which a call is taken for dead."""
_CODECS = {
    "pcma": ("pcma", "pcmu"),
    "pcmu": ("pcmu", "pcma"),
    "opus": ("opus/48000/2", "pcma", "pcmu"),
}
_SRTP = {"offered": "srtp", "required": "srtp-mand"}


def config(settings: SipSettings, port: int) -> Config:
    """What holds for all calls. One call never holds another, and nothing limits how many there are."""
    place = _host(settings.local_address or "0.0.0.0")  # noqa: S104 - unless the operator says where
    lines = [
        # The stack listens for TLS one port above.
        f"sip_listen {place}:{port - 1 if settings.transport == 'tls' else port}",
        f"sip_transports {settings.transport}",
        f"rtp_ports {settings.media_ports}",
        "call_hold_other_calls no",
        "call_accept no",
        # As everybody else on this machine finds hosts.
        "dns_getaddrinfo yes",
    ]
    if settings.transport == "tls":
        authorities = os.environ.get("SSL_CERT_FILE") or certifi.where()
        lines += ["sip_verify_server yes", f"sip_cafile {authorities}"]
    return Config(
        net_interface=settings.local_address or None,
        expose_headers=HEADERS,
        max_concurrent_calls=None,
        rtp_timeout=SILENT_SECONDS,
        extra_config_text="\n".join(lines) + "\n",
    )


def account(
    settings: SipSettings, password: str, *, outbound: str, user: str, registers: bool, reflector: str = ""
) -> Account:
    """Us, as a user of the provider's. All that we send goes to `outbound`; what is called is any number."""
    more = ["catchall=yes", "call_transfer=no", "sip_autoredirect=no", "inreq_allowed=no"]
    if settings.srtp != "off":
        more.append(f"mediaenc={_SRTP[settings.srtp]}")
    if reflector:
        more += ["medianat=stun", f"stunserver=stun:{reflector}"]
    return Account(
        user=user,
        domain=domain(settings),
        password=password,
        registrar=outbound,
        reg_interval=settings.register_seconds if registers else 0,
        transport=settings.transport,
        audio_codecs=_CODECS[settings.codec],
        auth_user=settings.auth_username or settings.username or None,
        extra_params=tuple(more),
    )


def domain(settings: SipSettings) -> str:
    """Under which the provider knows numbers and users, as it stands in a URI."""
    name = settings.domain or settings.server
    standard = 5061 if settings.transport == "tls" else 5060
    port = "" if settings.domain or settings.port == standard else f":{settings.port}"
    return f"{_host(name)}{port}"


def outbound(settings: SipSettings, address: str) -> str:
    """Where everything is sent. By TLS the server is called by its name, which its certificate is for."""
    host = settings.server if settings.transport == "tls" else address
    return f"sip:{_host(host)}:{settings.port};transport={settings.transport}"


def port(settings: SipSettings) -> int:
    """Ours: as it is set, or one that is free now."""
    if settings.local_port:
        return settings.local_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((settings.local_address or "", 0))
        return int(one.getsockname()[1])


def _host(name: str) -> str:
    """As a URI has it: an IPv6 address in brackets."""
    try:
        return f"[{name}]" if isinstance(ip_address(name), IPv6Address) else name
    except ValueError:
        return name
