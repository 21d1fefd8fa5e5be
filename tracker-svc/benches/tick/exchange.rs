//! A server that answers as DexScreener does, from prepared bodies: it must not be what is measured.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::fleet::address;

/// By the text of the address: the entry before and after its price.
type Entries = HashMap<String, (Vec<u8>, Vec<u8>)>;

/// What was asked since it was last told of.
#[derive(Default)]
struct Asked {
    requests: AtomicU64,
    /// The moment of the first request, in microseconds since the epoch; 0 while there was none.
    first_at: AtomicU64,
}

impl Asked {
    fn count(&self) {
        if self.requests.fetch_add(1, Ordering::Relaxed) == 0 {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            self.first_at.store(u64::try_from(now.as_micros()).unwrap_or(0), Ordering::Relaxed);
        }
    }
}

/// Serves `tokens` tokens; prints the address, then, whenever it is asked, the number of requests since it was asked before,
/// and the moment of the first of them.
pub async fn serve(tokens: usize) {
    let entries: Arc<Entries> = Arc::new((0..tokens).map(entry).collect());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Asked::default());
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for _ in std::io::stdin().lock().lines() {
            let first_at = counted.first_at.load(Ordering::Relaxed);
            println!("{} {first_at}", counted.requests.swap(0, Ordering::Relaxed));
        }
        std::process::exit(0);
    });
    let began = Instant::now();
    loop {
        let (connection, _) = listener.accept().await.unwrap();
        let (entries, asked) = (Arc::clone(&entries), Arc::clone(&asked));
        tokio::spawn(async move { talk(connection, &entries, &asked, began).await });
    }
}

async fn talk(mut connection: TcpStream, entries: &Entries, asked: &Asked, began: Instant) -> Option<()> {
    let _ = connection.set_nodelay(true);
    let (mut read, mut body, mut answer) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        let end = loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if connection.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
        };
        asked.count();
        body.clear();
        body.push(b'[');
        let path = std::str::from_utf8(&read[..end]).ok()?.split(' ').nth(1)?;
        let mints = path.rsplit('/').next()?.split(',');
        // It moves a little from tick to tick, as prices do.
        let price = 0.000_081_38 * (1.0 + (began.elapsed().as_secs() % 97) as f64 / 1_000.0);
        for (before, after) in mints.filter_map(|mint| entries.get(mint)) {
            if body.len() > 1 {
                body.push(b',');
            }
            body.extend_from_slice(before);
            write!(body, "{price:.10}").ok()?;
            body.extend_from_slice(after);
        }
        body.push(b']');
        answer.clear();
        let length = body.len();
        write!(
            answer,
            "HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: {length}\r\n\r\n"
        )
        .ok()?;
        answer.extend_from_slice(&body);
        connection.write_all(&answer).await.ok()?;
        read.drain(..end);
    }
}

/// As the documentation shows it.
fn entry(number: usize) -> (String, (Vec<u8>, Vec<u8>)) {
    let (mint, pool) = (address(number).to_string(), address(number + 10_000_000));
    let before = format!(
        r#"{{"chainId":"solana","dexId":"pumpswap","url":"https://dexscreener.com/solana/{pool}","pairAddress":"{pool}","labels":["wp"],"baseToken":{{"address":"{mint}","name":"Token {number}","symbol":"T{number}"}},"quoteToken":{{"address":"So11111111111111111111111111111111111111112","name":"Wrapped SOL","symbol":"SOL"}},"priceNative":"0.0000007661","priceUsd":""#
    );
    let after = r#"","txns":{"m5":{"buys":693,"sells":514},"h1":{"buys":4712,"sells":3921},"h6":{"buys":9121,"sells":7712},"h24":{"buys":19121,"sells":17712}},"volume":{"h24":228934122.13,"h6":92952508.2,"h1":15000000.1,"m5":1200000.7},"priceChange":{"m5":1.09,"h1":15.74,"h6":163,"h24":1596},"liquidity":{"usd":256213.77,"base":1579824682,"quote":1201.47},"fdv":8138936,"marketCap":8138936,"pairCreatedAt":1787786646000,"info":{}}"#;
    (mint, (before.into_bytes(), after.as_bytes().to_vec()))
}
