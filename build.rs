//! Compiles `proto/` without a `protoc` on the machine.

use std::error::Error;
use std::path::PathBuf;

const ROOT: &str = "proto";
const FILES: [&str; 4] = [
    "perftrack/v1/alert.proto",
    "perftrack/v1/outcome.proto",
    "perftrack/v1/tracking.proto",
    "perftrack/v1/analysis.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={ROOT}");

    // protox keeps the comments (source info), which reflection shows to the users of grpcurl.
    let mut compiler = protox::Compiler::new([ROOT])?;
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let descriptors = compiler.file_descriptor_set();

    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out.join("perftrack.v1.binpb"), compiler.encode_file_descriptor_set())?;

    tonic_prost_build::configure()
        // The same answer is the same bytes: maps are sorted.
        .btree_map(".")
        .extern_path(".google.rpc", "::tonic_types::pb")
        .compile_fds(descriptors)?;
    Ok(())
}
