# Two stages: the first installs the locked dependencies and jumou into /opt/jumou, the second carries only that.
# The commands are those of .ci/run, which runs them without Docker on every change.

FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements/build.lock.txt requirements/postgres.lock.txt requirements/
RUN python -m venv /opt/jumou \
 && /opt/jumou/bin/pip install --require-hashes -r requirements/build.lock.txt \
 && /opt/jumou/bin/pip install --require-hashes --no-build-isolation -r requirements/postgres.lock.txt
COPY pyproject.toml README.md README.zh.md LICENSE ./
COPY service/ service/
COPY prompts/ prompts/
COPY corpus/ corpus/
COPY evals/ evals/
RUN /opt/jumou/bin/pip install --no-build-isolation --no-deps . \
 && /opt/jumou/bin/python -m compileall -q /opt/jumou/lib/python3.11/site-packages/jumou

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/jumou jumou
COPY --from=build /opt/jumou /opt/jumou
ENV PATH=/opt/jumou/bin:$PATH \
    JUMOU_HOME=/var/lib/jumou \
    JUMOU_ACCOUNTS=on \
    PYTHONUNBUFFERED=1
USER 10001
WORKDIR /var/lib/jumou
# Proves the installation and builds the index, so that the first container starts with it.
RUN jumou doctor
VOLUME /var/lib/jumou
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["jumou", "serve", "--host", "0.0.0.0", "--port", "8000"]
