//! AnalysisService as its users meet it: over gRPC, on both kinds of database.
#![expect(clippy::expect_used, reason = "helpers of tests stand outside of test functions")]

mod alerts;
mod answers;
mod refusals;
mod world;
