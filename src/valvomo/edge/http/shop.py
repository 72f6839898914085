"""The sample shop: a page of somebody's site with the widget on it."""

import re
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.files import page
from valvomo.edge.http.refused import Refused
from valvomo.edge.parts import Parts
from valvomo.queries import customers

_KEY = re.compile(r"[A-Za-z0-9_-]{1,100}")


@get("/widget/demo", include_in_schema=False)
async def shop(
    parts: NamedDependency[Parts], key: Annotated[str, QueryParameter(max_length=100)] = ""
) -> Response[str]:
    """With the key that is given, or that of the oldest live chat."""
    text = page(parts.static, "widget/demo/index.html")
    if text is None:
        raise Refused(Refusal(Reason.NOT_FOUND))
    if not _KEY.fullmatch(key):
        async with parts.reader.reading() as tx:
            key = await customers.sample_key(tx) or ""
    return Response(text.replace("__KEY__", key), media_type="text/html")


ROUTES = (shop,)
