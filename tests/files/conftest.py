"""Both storages: a folder, and a server that speaks S3."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from valvomo.files.folder import Folder
from valvomo.files.port import Storage
from valvomo.files.s3 import S3, Bucket

BUCKET = "sent-files"


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """A server on loopback that answers as S3 does."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    httpx.put(f"{endpoint}/{BUCKET}", headers={"host": endpoint.removeprefix("http://")})
    return Bucket.of(f"s3://key:se%2Fcret@{BUCKET}/below/this?endpoint={endpoint}&region=eu-north-1")


@pytest.fixture(params=["folder", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    if request.param == "folder":
        return Folder(tmp_path / "files")
    return S3(request.getfixturevalue("bucket"))
