# One image for every program of renmin; the command is an argument: serve, dashboard, crawl --due ...
#
#     docker build -t renmin .
#     docker run --rm -v renmin-data:/data -e RENMIN_CONTACT=you@example.org renmin crawl sd --limit 20

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE.md ./
COPY LICENSES LICENSES
COPY crawler crawler
COPY spiders spiders
COPY pipelines pipelines
# The versions that the tests ran with.
RUN python -m venv /opt/renmin \
    && /opt/renmin/bin/pip install --no-cache-dir --disable-pip-version-check \
       -c constraints.txt '.[postgres,services]'

FROM python:3.11-slim-bookworm
# A user without a login, who owns nothing but the data.
RUN groupadd --gid 10001 renmin \
    && useradd --uid 10001 --gid renmin --home-dir /data --no-create-home --shell /usr/sbin/nologin renmin \
    && install -d -o renmin -g renmin /data
COPY --from=build /opt/renmin /opt/renmin
ENV PATH=/opt/renmin/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    RENMIN_DATABASE=sqlite:////data/renmin.db
# renmin.toml is looked for here and in /etc/renmin.
WORKDIR /data
VOLUME ["/data"]
USER 10001:10001
EXPOSE 8800
# Stops the crawl that is going on in order; the next start goes on with it.
STOPSIGNAL SIGTERM
ENTRYPOINT ["renmin"]
CMD ["serve"]
