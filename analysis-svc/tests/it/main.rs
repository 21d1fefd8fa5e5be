//! AnalysisService as its users meet it: over gRPC, on both kinds of database.

#![expect(clippy::expect_used, reason = "the helpers of tests fail as loudly as the tests")]

mod alerts;
mod answers;
mod ask;
mod certified;
mod refusals;
mod world;
