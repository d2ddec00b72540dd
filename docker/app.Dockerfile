# The app: web, Telegram, desk, retrieval. Build from the repository root:
#   docker build -f docker/app.Dockerfile -t crm-secure-app .
FROM python:3.11-slim-bookworm

ARG TORCH_INDEX=""
ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 ANONYMIZED_TELEMETRY=False \
    RAGAS_DO_NOT_TRACK=true CRM_DATA=/data CRM_HOST=0.0.0.0

WORKDIR /srv/crm
COPY docker/system.sh docker/system-packages.txt docker/
RUN docker/system.sh && rm -rf /var/lib/apt/lists/*
COPY requirements/app.txt requirements/
# TORCH_INDEX: where the CPU build of torch is found, so that nobody downloads gigabytes of CUDA.
RUN python -m pip install ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r requirements/app.txt
COPY knowledge_base knowledge_base
COPY retrieval retrieval
COPY bot bot
COPY channels channels
COPY pyproject.toml ./
RUN useradd --uid 10001 --no-create-home crm && mkdir /data && python -m retrieval index && chown -R 10001:10001 /data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=240s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# A volume of an older version holds an older index: it is rebuilt here if it is stale (up to 3 minutes).
CMD ["sh", "-c", "python -m retrieval index && exec python -m channels serve"]
