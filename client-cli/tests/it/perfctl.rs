//! The built program, run.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A command without anything of this shell's environment that it would read.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perfctl"));
    for (name, _) in std::env::vars_os() {
        let ours = name.to_str().is_some_and(|name| name.starts_with("PERFTRACK_") || name == "RUST_LOG");
        if ours || name == "CLICOLOR_FORCE" {
            command.env_remove(name);
        }
    }
    // Nor a context of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", "/nowhere").stdin(Stdio::null());
    command
}

/// What a finished run said.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The same, where it must have been done.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.code, 0, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// Runs without any service to talk to.
pub fn run(arguments: &[&str]) -> Ran {
    command().args(arguments).output().unwrap().into()
}

/// `perfctl dev` on a file of its own. Ended, and its file removed, when dropped.
pub struct Dev {
    child: Child,
    pub tracker: String,
    pub analysis: String,
    pub ready: String,
    pub folder: TempDir,
}

impl Dev {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start_in(folder)
    }

    /// On the database of that folder, which may be there already.
    pub fn start_in(folder: TempDir) -> Self {
        Self::start_with(folder, &[], Stdio::inherit())
    }

    /// The same with more in its environment, and its log elsewhere.
    pub fn start_with(folder: TempDir, environment: &[(&str, &str)], log: Stdio) -> Self {
        // Nobody listens at port 9 (discard): no test asks the internet.
        let nowhere = "http://127.0.0.1:9";
        let mut child = command()
            .args(["dev", "--tracker-listen", "127.0.0.1:0", "--analysis-listen", "127.0.0.1:0"])
            .args(["--dexscreener-url", nowhere, "--jupiter-url", nowhere, "--geckoterminal-url", nowhere])
            .arg("--db-file")
            .arg(folder.path().join("perftrack.db"))
            .env("PERFTRACK_LOG", "error")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ready).unwrap();
        let address = |name: &str| {
            let found = ready.split_whitespace().find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            format!("http://{}", found.unwrap_or_else(|| panic!("not ready: {ready:?}")))
        };
        Self { tracker: address("tracker"), analysis: address("analysis"), child, ready, folder }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command();
        command.env("PERFTRACK_TRACKER_URL", &self.tracker).env("PERFTRACK_ANALYSIS_URL", &self.analysis);
        command.args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.command(arguments).output().unwrap().into()
    }

    pub fn run_with_stdin(&self, arguments: &[&str], stdin: &str) -> Ran {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        child.wait_with_output().unwrap().into()
    }

    pub fn import(&self, file: &Path, more: &[&str]) -> Ran {
        let file = file.to_str().unwrap();
        self.run(&[&["-o", "json", "alerts", "import", "callsbot", file], more].concat())
    }

    /// Asks it to stop, and waits.
    pub fn stop(mut self) -> (i32, TempDir) {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        (code, std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap()))
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
