//! perfctl, the command line of perftrack: records and lists alerts, shows how they did, what goes with pumps and rugs,
//! and what to change; calls any RPC by name; runs both services in one process; plays the demo.

pub mod asking;
pub mod call;
pub mod cli;
pub mod command;
pub mod confirm;
pub mod connect;
pub mod context;
pub mod contract;
pub mod demo;
pub mod env_file;
pub mod export;
pub mod failure;
pub mod import;
pub mod in_process;
pub mod output;
pub mod print;
pub mod run;
pub mod screen;
pub mod window;
