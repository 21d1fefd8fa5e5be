# syntax=docker/dockerfile:1
# Three images, each one program and what it needs to run: no shell, no package manager, no root.
#     docker build --target tracker-svc  --tag perftrack/tracker-svc:0.1.0  .
#     docker build --target analysis-svc --tag perftrack/analysis-svc:0.1.0 .
#     docker build --target perfctl      --tag perftrack/perfctl:0.1.0      .
# The same sources, base images and platform make the same programs: fix BUILD_IMAGE and RUN_IMAGE by digest
# (name@sha256:…) for a release, and give `--build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)` for the layers' times.
ARG BUILD_IMAGE=docker.io/library/rust:1.95.0-slim-bookworm
ARG RUN_IMAGE=gcr.io/distroless/cc-debian12:nonroot

FROM ${BUILD_IMAGE} AS build
# The toolchain and its C compiler are in the image already; the fixed paths are part of what is built.
WORKDIR /src
ENV CARGO_HOME=/cargo \
    CARGO_TARGET_DIR=/target \
    CARGO_INCREMENTAL=0 \
    CARGO_PROFILE_RELEASE_STRIP=debuginfo
COPY . .
RUN --mount=type=cache,target=/cargo/registry \
    --mount=type=cache,target=/target \
    cargo build --locked --release --bin tracker-svc --bin analysis-svc --bin perfctl \
    && mkdir /programs \
    && cp /target/release/tracker-svc /target/release/analysis-svc /target/release/perfctl /programs/

FROM ${RUN_IMAGE} AS run
USER 65532:65532
WORKDIR /
# Nothing is written below /: containers run with a read-only root.
ENV PERFTRACK_LOG_FORMAT=json

FROM run AS tracker-svc
COPY --from=build --chown=0:0 --chmod=0555 /programs/tracker-svc /tracker-svc
ENV PERFTRACK_LISTEN_ADDR=0.0.0.0:50051
EXPOSE 50051
STOPSIGNAL SIGTERM
ENTRYPOINT ["/tracker-svc"]

FROM run AS analysis-svc
COPY --from=build --chown=0:0 --chmod=0555 /programs/analysis-svc /analysis-svc
ENV PERFTRACK_LISTEN_ADDR=0.0.0.0:50052
EXPOSE 50052
STOPSIGNAL SIGTERM
ENTRYPOINT ["/analysis-svc"]

FROM run AS perfctl
COPY --from=build --chown=0:0 --chmod=0555 /programs/perfctl /perfctl
ENTRYPOINT ["/perfctl"]
