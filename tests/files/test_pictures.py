"""Pictures made anew: what comes out is a picture and knows nothing else; what cannot be read ends in time."""

import io

import pytest
import sample_files as files
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from valvomo.domain.attachments.attached import Problem
from valvomo.files.pictures import Picture, Pictures
from valvomo.files.remaking import THUMBNAIL, remade


async def made(data: bytes) -> Picture:
    found = await Pictures().remake(data)
    assert isinstance(found, Picture), found
    return found


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
async def test_each_kind_stays_what_it_is(kind: str) -> None:
    one = await made(files.picture(kind, (1000, 500)))
    assert (one.width, one.height) == (1000, 500)
    with Image.open(io.BytesIO(one.whole)) as whole, Image.open(io.BytesIO(one.thumbnail)) as small:
        assert (whole.format, small.format) == (kind, "WEBP")
        assert max(small.size) == THUMBNAIL


async def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    before = files.placed_photograph()
    assert b"Secret camera" in before
    one = await made(before + b"<script>alert(1)</script>")
    assert (one.width, one.height) == (20, 60)
    for data in (one.whole, one.thumbnail):
        assert not any(secret in data for secret in (b"Secret", b"secret", b"Exif", b"script"))
        with Image.open(io.BytesIO(data)) as picture:
            assert not picture.getexif()


async def test_what_moves_goes_on_moving() -> None:
    one = await made(files.moving_picture(4))
    with Image.open(io.BytesIO(one.whole)) as picture:
        assert getattr(picture, "n_frames", 1) == 4


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (files.bomb(), Problem.TOO_MANY_PIXELS),
        (files.bomb(7_000), Problem.DAMAGED),
        (b"", Problem.DAMAGED),
        (files.SVG, Problem.DAMAGED),
        (files.picture("PNG")[:60], Problem.DAMAGED),
        (files.picture("BMP"), Problem.DAMAGED),
    ],
)
async def test_what_is_no_picture_is_refused(data: bytes, problem: Problem) -> None:
    assert await Pictures().remake(data) == problem


async def test_whatever_takes_too_long_is_ended() -> None:
    assert await Pictures(seconds=0.0).remake(files.picture()) == Problem.TOO_SLOW


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
)
def test_no_broken_picture_breaks_the_maker(kind: str, changes: list[tuple[float, int]]) -> None:
    data = bytearray(files.picture(kind))
    for where, byte in changes:
        data[int(where * (len(data) - 1))] = byte
    told, whole, _ = remade(bytes(data))
    assert (told.problem is None) == bool(whole)
