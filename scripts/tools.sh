# Where the tools of the tests are kept, for the scripts beside this file. Sourced, not run.

target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
tools=$target/tools
python=$tools/python
grpcurl_version=v1.9.4
kustomize_version=v5.8.2
cargo_deny_version=0.20.2
cargo_machete_version=0.9.2
cargo_cyclonedx_version=0.5.9
export PATH="$python/bin:$tools/bin:$PATH"

# A tool from crates.io, built without optimisation: it runs for seconds, and would be built for minutes.
cargo_tool() {
    local name=$1 version=$2
    shift 2
    if [ ! -x "$tools/bin/$name" ] || [ "$(cat "$tools/$name.version" 2>/dev/null)" != "$version" ]; then
        CARGO_TARGET_DIR=$tools/build cargo install --quiet --locked --force --debug --config profile.dev.debug=false \
            --root "$tools" --version "$version" "$name" "$@"
        echo "$version" >"$tools/$name.version"
    fi
    echo "$name $version"
}
