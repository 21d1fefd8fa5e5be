# Where the tools of the tests are kept, for the scripts beside this file. Sourced, not run.

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
tools=$target/tools
python=$tools/python
grpcurl_version=v1.9.4
export PATH="$python/bin:$tools/bin:$PATH"
