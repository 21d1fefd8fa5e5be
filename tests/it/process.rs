//! The services as processes.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Stdio;

use throwaway_postgres::SmallDisk;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// Nobody listens on the discard port: a price source that is out of reach.
pub const NOWHERE: &str = "http://127.0.0.1:9";

/// A running service. It is killed when this is dropped.
pub struct Service {
    child: Child,
    /// What it said once it served: name and address, such as `tracker` and `127.0.0.1:40123`.
    pub ready: Vec<(String, String)>,
}

impl Service {
    /// Starts one of the project's programs at a free port and waits until it serves. The environment is the given one
    /// and nothing else that begins with `PERFTRACK_`.
    pub async fn start<I, K, V>(program: &str, arguments: &[&str], environment: I) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        Self::start_on(None, program, arguments, environment).await
    }

    /// The same where a small disk is mounted, if one is given.
    pub async fn start_on<I, K, V>(disk: Option<&SmallDisk>, program: &str, arguments: &[&str], environment: I) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let path = binary(program);
        let plain = std::process::Command::new(&path);
        let mut command = Command::from(disk.map_or(plain, |disk| disk.command(&std::process::Command::new(&path))));
        for (name, _) in std::env::vars() {
            if name.starts_with("PERFTRACK_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(arguments)
            .envs(environment)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", path.display()));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("{program} ended before it was ready"));
        let ready = line
            .strip_prefix("ready ")
            .unwrap_or_else(|| panic!("{program} said {line:?}"))
            .split_whitespace()
            .map(|part| part.split_once('=').map(|(name, address)| (name.to_owned(), address.to_owned())).unwrap())
            .collect();
        Self { child, ready }
    }

    /// Where a client reaches the service of this name.
    pub fn url(&self, name: &str) -> String {
        let (_, address) = self.ready.iter().find(|(known, _)| known == name).unwrap();
        format!("http://{address}")
    }

    /// Ends it at once, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop (SIGTERM) and returns its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
        self.child.wait().await.unwrap().code()
    }
}

/// The program, built beside this test.
pub fn binary(program: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let path = folder.join(program);
    assert!(path.exists(), "{} is not built; run ./scripts/test, or cargo build --workspace first", path.display());
    path
}
