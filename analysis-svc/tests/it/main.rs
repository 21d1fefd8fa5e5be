//! AnalysisService as its users meet it: over gRPC, on both kinds of database.

mod alerts;
mod answers;
mod refusals;
mod world;
