# The program in place of Airbyte's source-amazon-seller-partner. No test builds this image. From the root of the repository:
#
#   docker build --file crates/cli/airbyte.Dockerfile --tag spapi/source-amazon-seller-partner:dev .

FROM rust:1-slim-bookworm AS build
# The TLS library and SQLite are C.
RUN apt-get update && apt-get install --yes --no-install-recommends build-essential cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN cargo build --release --locked --package spapi-cli

FROM debian:bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 1000 --create-home airbyte
COPY --from=build /source/target/release/spapi /usr/local/bin/spapi
RUN ln -s spapi /usr/local/bin/source-amazon-seller-partner
USER airbyte
WORKDIR /home/airbyte
# A platform reads which program to start from this variable.
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/source-amazon-seller-partner"
ENTRYPOINT ["/usr/local/bin/source-amazon-seller-partner"]
LABEL io.airbyte.name="spapi/source-amazon-seller-partner" io.airbyte.version="0.1.0"
