//! Removes a cluster once the process that owns it is gone, however it went.
//!
//! A shell waits for the end of its standard input, which is a pipe that only the owner holds: the kernel closes it on a
//! normal end, on a panic and on `kill -9` alike. It has a process group of its own, so that Ctrl-C does not reach it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

const SCRIPT: &str = r#"
cat >/dev/null
if read -r pid < "$1/data/postmaster.pid" 2>/dev/null; then
    kill -QUIT "$pid" 2>/dev/null
    tries=0
    while [ -e "$1/data/postmaster.pid" ] && [ "$tries" -lt 100 ]; do sleep 0.1; tries=$((tries + 1)); done
fi
rm -rf -- "$1"
"#;

/// Holds the pipe; the cluster under `folder` is stopped and removed when it is dropped, or when this process ends.
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn over(folder: &Path) -> Result<Self> {
        Command::new("/bin/sh")
            .args(["-c", SCRIPT, "throwaway-postgres"])
            .arg(folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
            .context("starting the shell that removes the test cluster")
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        // Nothing is left to do about a shell that cannot be waited for.
        let _ = self.0.wait();
    }
}
