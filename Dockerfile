# syntax=docker/dockerfile:1
# A container for recorders that run for long: the single binary, no shell, no package manager, not as root.
#
#   docker build -t kvsrec .
#   docker run --rm --init --stop-timeout 60 -v "$PWD/calls:/recordings" -e AWS_REGION kvsrec record --stream-name call

FROM node:22-bookworm-slim AS build
WORKDIR /kvsrec
COPY package.json package-lock.json ./
# Scripts would build sources that are not there yet; esbuild's program comes as a package of its own.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run package

# The C++ library that Node needs, certificates and time zones, and nothing else.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /kvsrec/binary/kvsrec /usr/local/bin/kvsrec
COPY --from=build /kvsrec/binary/THIRD-PARTY-NOTICES.txt /kvsrec/LICENSE /usr/share/doc/kvsrec/
# Where the command writes if it is not told otherwise; mount a volume that user 65532 may write to.
WORKDIR /recordings
# Ends a recording in order: files are finished, uploads completed.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/kvsrec"]
CMD ["--help"]
