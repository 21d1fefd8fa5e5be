//! One connection through the proxy.

use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

use super::Line;
use super::address::{Place, Target};

type Reading = Pin<Box<dyn AsyncRead + Send>>;
type Writing = Pin<Box<dyn AsyncWrite + Send>>;

/// Passes bytes both ways until either end closes, or the line is cut.
pub(super) async fn carry(mut client: TcpStream, target: Target, line: Line) {
    let mut state = line.state.subscribe();
    let cuts = state.borrow().cuts;
    let _open = Open::new(&line);
    let passed = {
        let passing = pass(&mut client, &target, &line);
        tokio::select! {
            passed = passing => passed,
            _ = state.wait_for(|state| state.cuts != cuts) => Err(std::io::ErrorKind::ConnectionReset.into()),
        }
    };
    if passed.is_err() {
        // The client's end sees a reset, not an orderly end.
        let _ = client.set_zero_linger();
    }
}

async fn pass(client: &mut TcpStream, target: &Target, line: &Line) -> std::io::Result<()> {
    client.set_nodelay(true)?;
    // While it hangs, not even a connection comes about behind it.
    passes(line).await;
    let (mut from_server, mut to_server): (Reading, Writing) = match &target.place {
        Place::Socket(path) => {
            let (read, write) = UnixStream::connect(path).await?.into_split();
            (Box::pin(read), Box::pin(write))
        }
        Place::Tcp(address) => {
            let (read, write) = TcpStream::connect(address).await?.into_split();
            (Box::pin(read), Box::pin(write))
        }
    };
    let (mut from_client, mut to_client) = client.split();
    // Set by the way there, when the next answer on the way back is to be lost.
    let (lose, losing) = watch::channel(false);
    let there = async {
        let mut piece = vec![0; 64 << 10];
        loop {
            let length = from_client.read(&mut piece).await?;
            if length == 0 {
                return to_server.shutdown().await;
            }
            passes(line).await;
            if takes_the_answer(line, &piece[..length]) {
                lose.send_replace(true);
            }
            to_server.write_all(&piece[..length]).await?;
        }
    };
    let back = async {
        let mut piece = vec![0; 64 << 10];
        loop {
            let length = from_server.read(&mut piece).await?;
            if length == 0 {
                return to_client.shutdown().await;
            }
            if *losing.borrow() {
                line.seen.send_modify(|seen| seen.lost += 1);
                return Err(std::io::ErrorKind::ConnectionReset.into());
            }
            passes(line).await;
            to_client.write_all(&piece[..length]).await?;
        }
    };
    tokio::try_join!(there, back).map(|_| ())
}

/// Waits out the delay, and as long as the line hangs.
async fn passes(line: &Line) {
    let mut state = line.state.subscribe();
    let delay = state.borrow().delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    if state.borrow_and_update().hangs {
        line.seen.send_modify(|seen| seen.held += 1);
        let _ = state.wait_for(|state| !state.hangs).await;
    }
}

/// Whether the answer to this message is the one to lose; only ever one is.
fn takes_the_answer(line: &Line, message: &[u8]) -> bool {
    line.state.send_if_modified(|state| match state.loses_answer_to {
        Some(bytes) if message.windows(bytes.len()).any(|window| window == bytes) => {
            state.loses_answer_to = None;
            true
        }
        _ => false,
    })
}

/// Counts an open connection while it lives.
struct Open<'a>(&'a Line);

impl<'a> Open<'a> {
    fn new(line: &'a Line) -> Self {
        line.seen.send_modify(|seen| seen.open += 1);
        Self(line)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.seen.send_modify(|seen| seen.open -= 1);
    }
}
