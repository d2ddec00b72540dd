# The dialogue engine alone, with its own frozen environment and a model trained here. Build from the repository root:
#   docker build -f docker/rasa.Dockerfile -t crm-secure-rasa .
FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 RASA_TELEMETRY_ENABLED=false HOME=/tmp

WORKDIR /srv/crm
COPY requirements/rasa.txt requirements/
RUN python -m venv /opt/rasa \
    && /opt/rasa/bin/python -m pip install --no-deps --ignore-requires-python -r requirements/rasa.txt \
    && python -m pip install "pydantic>=2.10" "pyyaml>=6.0.2" "httpx>=0.28"
COPY knowledge_base knowledge_base
COPY retrieval retrieval
COPY bot bot
RUN RASA_PYTHON=/opt/rasa/bin/python python -m bot train --out /opt/model \
    && useradd --uid 10002 --no-create-home rasa && chown -R 10002:10002 /opt/model
USER 10002
EXPOSE 5005
HEALTHCHECK --interval=30s --timeout=5s --start-period=120s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:5005/webhooks/crm/', timeout=4)"]
CMD ["python", "-m", "bot", "serve", "--host", "0.0.0.0", "--port", "5005", "--out", "/opt/model", "--actions", "http://app:8000/rasa/actions", "--python", "/opt/rasa/bin/python"]
