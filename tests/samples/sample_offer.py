"""Offers as browsers make them, and checks of who comes with one."""

from aioice import stun

FINGERPRINT = ":".join(["AB"] * 32)
HEAD = ["v=0", "o=- 4611 2 IN IP4 127.0.0.1", "s=-", "t=0 0"]


def section(mid: str, medium: str = "audio", direction: str = "sendrecv") -> list[str]:
    coded = {
        "audio": [
            "a=rtpmap:111 opus/48000/2",
            "a=rtpmap:63 red/48000/2",
            "a=fmtp:63 111/111",
            "a=rtpmap:110 telephone-event/48000",
            "a=rtpmap:126 telephone-event/8000",
        ],
        "video": ["a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"],
    }.get(medium, ["a=sctp-port:5000"])
    head = {
        "audio": "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 110 126",
        "video": "m=video 9 UDP/TLS/RTP/SAVPF 97 96",
    }.get(medium, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel")
    return [
        head, "c=IN IP4 0.0.0.0", f"a=mid:{mid}", "a=ice-ufrag:abcd", "a=ice-pwd:" + "p" * 22,
        f"a=fingerprint:sha-256 {FINGERPRINT}", "a=setup:actpass", "a=rtcp-mux", f"a={direction}",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", *coded,
    ]  # fmt: skip


def offer(*sections: list[str], group: str | None = None) -> str:
    mids = " ".join(one[2].removeprefix("a=mid:") for one in sections)
    lines = [*HEAD, f"a=group:BUNDLE {group if group is not None else mids}"]
    return "\r\n".join([*lines, *(line for one in sections for line in one)]) + "\r\n"


def bundled(mid: str, direction: str, medium: str = "audio", *, first: bool = False) -> list[str]:
    """As Firefox 153 offers one: all but the first of a kind have no port of their own and go with another."""
    number, codec = {"audio": ("109", "opus/48000/2"), "video": ("120", "VP8/90000")}[medium]
    coded = {"audio": [f"a=fmtp:{number} maxplaybackrate=48000;stereo=1;useinbandfec=1"]}.get(
        medium,
        [
            f"a=fmtp:{number} max-fs=12288;max-fr=60",
            f"a=rtcp-fb:{number} nack",
            f"a=rtcp-fb:{number} nack pli",
        ],
    )
    return [
        f"m={medium} {9 if first else 0} UDP/TLS/RTP/SAVPF {number}",
        "c=IN IP4 0.0.0.0",
        *([] if first else ["a=bundle-only"]),
        f"a={direction}",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level",
        "a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid",
        "a=extmap-allow-mixed",
        *coded,
        "a=ice-pwd:" + "0123456789abcdef" * 2,
        "a=ice-ufrag:01234567",
        f"a=mid:{mid}",
        *(["a=msid:- {00000000-0000-4000-8000-000000000000}"] if direction == "sendrecv" else []),
        f"a=rtcp-fb:{number} transport-cc",
        "a=rtcp-mux",
        f"a=rtpmap:{number} {codec}",
        "a=setup:actpass",
        f"a=ssrc:{1000 + int(mid)} cname:{{00000000-0000-4000-8000-000000000001}}",
    ]


FIREFOX = "\r\n".join(
    [
        "v=0",
        "o=mozilla...THIS_IS_SDPARTA-99.0 6186120924373333359 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=sendrecv",
        f"a=fingerprint:sha-256 {FINGERPRINT}",
        "a=group:BUNDLE 0 1 2 3 4 5",
        "a=ice-options:trickle",
        "a=msid-semantic:WMS *",
        *bundled("0", "sendrecv", first=True),
        *bundled("1", "recvonly"),
        *bundled("2", "recvonly"),
        *bundled("3", "sendrecv", "video", first=True),
        *bundled("4", "recvonly", "video"),
        *bundled("5", "recvonly", "video"),
        "",
    ]
)
"""What the console offers in a Firefox, in a call by video."""


def request(name: str, password: str, **more: object) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = name
    message.attributes.update(more)
    message.add_message_integrity(password.encode())
    return bytes(message)
