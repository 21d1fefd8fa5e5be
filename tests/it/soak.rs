//! A small soak: two trackers on one database, killed, stopped and started at random while hours are played with faults
//! throughout. The soak itself verifies that nothing acknowledged is missing, that every outcome is a fresh fold of what is
//! stored, and that no token was left alone; see `tests/soak`.

use tokio::process::Command;

use crate::process::binary;

#[tokio::test(flavor = "multi_thread")]
async fn two_trackers_that_are_killed_at_random_keep_every_promise_on_postgres() {
    keeps_every_promise(&["--tokens", "40", "--hours", "8", "--engine", "postgres"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_trackers_that_are_killed_at_random_keep_every_promise_on_sqlite() {
    keeps_every_promise(&["--tokens", "20", "--hours", "4", "--engine", "sqlite"]).await;
}

async fn keeps_every_promise(arguments: &[&str]) {
    let soak = Command::new(binary("examples/soak")).args(arguments).kill_on_drop(true).output().await.unwrap();
    let (said, failed) = (String::from_utf8_lossy(&soak.stdout), String::from_utf8_lossy(&soak.stderr));
    assert!(soak.status.success(), "{said}\n{failed}");
}
