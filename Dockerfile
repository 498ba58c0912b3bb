FROM python:3.13-slim AS builder
WORKDIR /build
COPY requirements-telemetry.txt .
# The image does not need pip.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes -r requirements-telemetry.txt \
    && /opt/venv/bin/pip uninstall --yes --quiet pip

FROM python:3.13-slim
# A release adds its version, revision and source.
LABEL org.opencontainers.image.title="fastapi-contract-first" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.description="A backend whose contract comes first."
# Group 0 owns /data, so that a platform may run another user of that group.
RUN useradd --uid 10001 --gid 0 --no-create-home --shell /usr/sbin/nologin app \
    && install --directory --owner app --group 0 --mode 770 /data
COPY --from=builder /opt/venv /opt/venv
WORKDIR /srv
COPY alembic.ini .
COPY app app
# Compiled here, because the container's file system is read-only.
RUN python -m compileall -q app
ENV PATH="/opt/venv/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    DATABASE_URL=sqlite+aiosqlite:////data/app.db \
    MAIL_FOLDER=/data/mail
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
# By hand, as importing an HTTP client takes three times as long as all the rest.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import socket; s = socket.create_connection(('127.0.0.1', 8000), 4); s.sendall(b'GET /health/ready HTTP/1.0\\r\\n\\r\\n'); assert b' 200 ' in s.recv(64)"]
CMD ["python", "-m", "app.manage", "serve", "--host", "0.0.0.0"]
