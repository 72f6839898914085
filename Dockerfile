# Valvomo in a container, for an external PostgreSQL.
#
# Built and run by Docker 20.10 with compose.yaml, on a Debian 12 with its Python 3.11 in place of the image that is named below,
# which no registry was there to give. hadolint finds nothing. Its steps can be taken without Docker by deploy/replay.sh,
# which tests/deploy/test_files.py holds equal to this file.
#
#   docker build -t valvomo .
#   docker run --rm -e VALVOMO_DATABASE_URL=postgresql://… valvomo migrate
#   docker run -p 127.0.0.1:8300:8300 -e VALVOMO_DATABASE_URL=postgresql://… valvomo

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /build/tools && /build/tools/bin/pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock hatch_build.py LICENSE README.md CHANGELOG.md ./
# What is locked, and only that, before the sources: this layer changes seldom.
RUN python -m venv /opt/valvomo \
    && /build/tools/bin/uv export --frozen --no-dev --extra sentiment --extra calls --extra telephone --no-emit-project --quiet -o locked.txt \
    && /opt/valvomo/bin/pip install --no-cache-dir --require-hashes -r locked.txt
COPY web web
COPY docs docs
COPY src src
# Builds the console with Node from a package; neither stays.
RUN /build/tools/bin/pip wheel --no-cache-dir --no-deps -w dist . \
    && /opt/valvomo/bin/pip install --no-cache-dir --no-deps dist/valvomo-*.whl \
    && /opt/valvomo/bin/pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 8300 --home-dir /var/lib/valvomo --create-home valvomo
COPY --from=build /opt/valvomo /opt/valvomo
ENV PATH=/opt/valvomo/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VALVOMO_DATA=/var/lib/valvomo \
    VALVOMO_HOST=0.0.0.0 \
    VALVOMO_LOG_FORMAT=json
USER 8300:8300
WORKDIR /var/lib/valvomo
# The second is media of calls, which browsers reach directly; it is open only where VALVOMO_CALLS_PROCESSES says so.
EXPOSE 8300 8400/udp
# Not /readyz: a process whose database is away must be left alone, not restarted.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8300/healthz', timeout=4)"]
# SIGTERM hands the readers over; give it time (docker stop -t, stop_grace_period, terminationGracePeriodSeconds).
STOPSIGNAL SIGTERM
ENTRYPOINT ["valvomo"]
CMD ["serve"]
