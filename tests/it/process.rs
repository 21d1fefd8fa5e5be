//! The services as processes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
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
    /// and, of what begins with `PERFTRACK_`, nothing else but that it makes its tables itself and stops at once.
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
        let mut command = command(disk, program, arguments, environment);
        ready(program, command.stdout(Stdio::piped()).spawn().unwrap()).await
    }

    /// Where a client reaches the service of this name.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}", self.address(name))
    }

    /// The address of the service of this name.
    pub fn address(&self, name: &str) -> &str {
        &self.ready.iter().find(|(known, _)| known == name).unwrap().1
    }

    /// Ends it at once, as a power cut would.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop (SIGTERM).
    pub async fn ask_to_stop(&self) {
        self.signal("-TERM").await;
    }

    /// Asks it to stop and returns its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        self.ask_to_stop().await;
        self.child.wait().await.unwrap().code()
    }

    /// Lets it run no further (SIGSTOP), wherever it is. Returns when all of its threads stand still: the signal reaches
    /// one of them first, and on a busy machine the others go on for a while.
    pub async fn freeze(&self) {
        self.signal("-STOP").await;
        let threads = format!("/proc/{}/task", self.child.id().unwrap());
        let stands = |thread: std::io::Result<std::fs::DirEntry>| {
            // The state follows the name, which is in parentheses.
            let stat = std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
            stat.rsplit_once(") ").unwrap().1.starts_with('T')
        };
        while !std::fs::read_dir(&threads).unwrap().all(stands) {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Lets it go on where it was (SIGCONT).
    pub async fn thaw(&self) {
        self.signal("-CONT").await;
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    async fn signal(&self, signal: &str) {
        tell(&self.child, signal).await;
    }
}

async fn tell(child: &Child, signal: &str) {
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
}

/// A service that was started, and may not serve for a while. Its log goes to a file.
pub struct Starting {
    child: Child,
    program: &'static str,
    log: PathBuf,
}

impl Starting {
    /// Starts one of the project's programs, as [`Service::start`] does, but waits for nothing.
    pub fn new<I, K, V>(program: &'static str, environment: I, log: &Path) -> Self
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        let mut command = command(None, program, &[], environment);
        let child = command.stdout(Stdio::piped()).stderr(std::fs::File::create(log).unwrap()).spawn().unwrap();
        Self { child, program, log: log.to_owned() }
    }

    /// Waits until its log has a line with all of these, and returns the line.
    pub async fn says(&self, parts: &[&str]) -> String {
        loop {
            let log = std::fs::read_to_string(&self.log).unwrap();
            if let Some(line) = log.lines().find(|line| parts.iter().all(|part| line.contains(part))) {
                return line.to_owned();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Where it listens, whether or not it serves there.
    pub async fn address(&self) -> String {
        let line = self.says(&["listening", "server.address="]).await;
        line.rsplit_once("server.address=").unwrap().1.trim().to_owned()
    }

    /// Asks it to stop (SIGTERM) and returns its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        tell(&self.child, "-TERM").await;
        self.child.wait().await.unwrap().code()
    }

    /// Waits until it says that it serves.
    pub async fn ready(self) -> Service {
        ready(self.program, self.child).await
    }
}

async fn ready(program: &str, mut child: Child) -> Service {
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap_or_else(|| panic!("{program} ended before it was ready"));
    let ready = line
        .strip_prefix("ready ")
        .unwrap_or_else(|| panic!("{program} said {line:?}"))
        .split_whitespace()
        .map(|part| part.split_once('=').map(|(name, address)| (name.to_owned(), address.to_owned())).unwrap())
        .collect();
    Service { child, ready }
}

/// What a program that ends by itself said.
pub async fn run<I, K, V>(program: &str, arguments: &[&str], environment: I) -> std::process::Output
where
    I: IntoIterator<Item = (K, V)>,
    K: AsRef<OsStr>,
    V: AsRef<OsStr>,
{
    command(None, program, arguments, environment).output().await.unwrap()
}

fn command<I, K, V>(disk: Option<&SmallDisk>, program: &str, arguments: &[&str], environment: I) -> Command
where
    I: IntoIterator<Item = (K, V)>,
    K: AsRef<OsStr>,
    V: AsRef<OsStr>,
{
    let path = binary(program);
    let plain = std::process::Command::new(&path);
    let mut command = Command::from(disk.map_or(plain, |disk| disk.command(&std::process::Command::new(&path))));
    for (name, _) in std::env::vars() {
        if name.starts_with("PERFTRACK_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command
        .args(arguments)
        // No context of whoever runs the tests.
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env("PERFTRACK_MIGRATE", "auto")
        .env("PERFTRACK_SHUTDOWN_DELAY", "0s")
        .envs(environment)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// The program, built beside this test.
pub fn binary(program: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let path = folder.join(program);
    assert!(path.exists(), "{} is not built; run ./scripts/test, or cargo build --workspace first", path.display());
    path
}
