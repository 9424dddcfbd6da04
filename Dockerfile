# The service as a small image: built with the `dist` profile, run by a user without rights.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The vendor's public key, where it is another than crates/server/vendor.pub.
ARG DQOPS_USERS_VENDOR_KEY=""
RUN cargo build --locked --profile dist --package dqops-users

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/dqops-users --create-home dqops-users
# The authorities by which mail servers and databases are trusted.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /src/target/dist/dqops-users /usr/local/bin/dqops-users
USER 10001
WORKDIR /var/lib/dqops-users
ENV DQOPS_USERS_LISTEN=0.0.0.0:8888
EXPOSE 8888
# Whether it can work: /health/ready. Where an unhealthy container is killed, ask for `health --live`.
HEALTHCHECK --interval=10s --timeout=4s --start-period=10s CMD ["dqops-users", "health"]
ENTRYPOINT ["dqops-users"]
