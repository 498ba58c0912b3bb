FROM python:3.13-slim AS builder
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements.txt

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin app \
    && install --directory --owner app --group app /data
COPY --from=builder /opt/venv /opt/venv
WORKDIR /srv
COPY alembic.ini .
COPY app app
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite+aiosqlite:////data/app.db
USER 10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
# The image may face clients directly: h11 refuses the oversized headers and the missing Host that httptools accepts.
# The application itself reads X-Forwarded-For, from the proxies that TRUSTED_PROXIES names.
# Docker kills 10 s after it asked to stop: requests get 4 s to end, then tasks of this process 5 s.
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "8000", "--http", "h11", "--no-server-header", "--no-proxy-headers", "--timeout-graceful-shutdown", "4"]
