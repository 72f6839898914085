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


def request(name: str, password: str, **more: object) -> bytes:
    message = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
    message.attributes["USERNAME"] = name
    message.attributes.update(more)
    message.add_message_integrity(password.encode())
    return bytes(message)
