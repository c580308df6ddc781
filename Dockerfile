# syntax=docker/dockerfile:1
# The steps are in scripts/container-*.sh, which run without Docker as well.

FROM python:3.12-slim AS build
WORKDIR /src
# The packages change seldom and the code often, so each has a layer of its own.
COPY requirements.lock requirements-models.lock ./
COPY scripts/container-packages.sh scripts/
# docker compose build --build-arg MODELS=yes: with what models of other providers need.
ARG MODELS=
RUN MODELS=$MODELS scripts/container-packages.sh /opt/footnote
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY ingest ingest
COPY retrieval retrieval
COPY scripts/container-build.sh scripts/
RUN scripts/container-build.sh /opt/footnote

FROM python:3.12-slim
RUN useradd --system --uid 10001 --create-home --home-dir /home/footnote footnote \
    && install -d -o footnote -g footnote /data /corpus
# The same place as in the first stage: the programs of a virtual environment know it.
COPY --from=build /opt/footnote /opt/footnote
COPY scripts/container-start.sh /usr/local/bin/
ENV PATH=/opt/footnote/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FOOTNOTE_DATA_DIR=/data \
    FOOTNOTE_CORPUS_DIR=/corpus
USER footnote
WORKDIR /home/footnote
VOLUME /data
# There is no HEALTHCHECK: the bot ends when it loses Discord for good, which restarts the
# container; a command that only looks at the index would report health that it cannot see.
ENTRYPOINT ["container-start.sh"]
CMD ["bot"]
