//! A server on the loopback: files by their path, and the faults that servers and networks have.
#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What a server has at a path.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// What is sent to GET.
    pub body: Vec<u8>,
    /// Sent along.
    pub headers: Vec<(String, String)>,
    /// A redirect instead of a body.
    pub location: Option<String>,
    /// Who may have it; anybody where none is named.
    pub token: Option<String>,
    /// Requests for a part are answered with the whole.
    pub no_ranges: bool,
    /// What goes wrong with one GET after the other; with later ones nothing does.
    pub faults: VecDeque<Fault>,
}

/// What goes wrong with one answer.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// The connection is closed after so many bytes.
    Drop(usize),
    /// The connection stays open and silent after so many bytes.
    Stall(usize),
    /// A status, with `Retry-After` where the second number is there.
    Status(u16, Option<u32>),
    /// So many milliseconds before each of 100 pieces.
    Slow(u64),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Served>,
    asked: Vec<Asked>,
}

/// It ends with the process of the test.
#[derive(Debug, Clone)]
pub struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let served = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&served);
                // A client that goes away is what some tests are about.
                thread::spawn(move || drop(answer(stream, &state)));
            }
        });
        Self { address, state }
    }

    /// The address of a path that begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn serve(&self, path: &str, served: Served) {
        self.state.lock().unwrap().files.insert(path.to_owned(), served);
    }

    /// Changes what lies at a path.
    pub fn change(&self, path: &str, change: impl FnOnce(&mut Served)) {
        change(self.state.lock().unwrap().files.get_mut(path).unwrap());
    }

    pub fn remove(&self, path: &str) {
        self.state.lock().unwrap().files.remove(path);
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The headers of the GET requests to a path.
    pub fn gets(&self, path: &str) -> Vec<BTreeMap<String, String>> {
        let asked = self.asked().into_iter();
        let gets = asked.filter(|asked| asked.method == "GET" && asked.path == path);
        gets.map(|asked| asked.headers).collect()
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut headers = BTreeMap::new();
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let path = target.split('?').next().unwrap_or_default().to_owned();
    let (served, fault) = {
        let mut state = state.lock().unwrap();
        let fault = match state.files.get_mut(&path) {
            Some(served) if method == "GET" => served.faults.pop_front(),
            _ => None,
        };
        state.asked.push(Asked {
            method: method.clone(),
            path: path.clone(),
            headers: headers.clone(),
        });
        (state.files.get(&path).cloned(), fault)
    };
    let Some(served) = served else {
        return write!(
            stream,
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    };
    if let Some(token) = &served.token
        && headers.get("authorization") != Some(&format!("Bearer {token}"))
    {
        return write!(
            stream,
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    if let Some(Fault::Status(code, after)) = fault {
        let after = after.map_or_else(String::new, |after| format!("Retry-After: {after}\r\n"));
        return write!(
            stream,
            "HTTP/1.1 {code} No\r\n{after}Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let mut head = String::new();
    for (name, value) in &served.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(location) = &served.location {
        return write!(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: {location}\r\n{head}Content-Length: 0\r\nConnection: close\r\n\r\n"
        );
    }
    let whole = served.body.len();
    let from = headers.get("range").filter(|_| !served.no_ranges).and_then(|range| {
        let from: usize = range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
        let tag = served
            .headers
            .iter()
            .find(|(name, _)| name == "ETag")
            .map(|(_, tag)| tag);
        let same = headers.get("if-range").is_none_or(|asked| Some(asked) == tag);
        same.then_some(from)
    });
    let (status, from) = match from {
        Some(from) if from >= whole => {
            return write!(
                stream,
                "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{whole}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
        }
        Some(from) => {
            head += &format!("Content-Range: bytes {from}-{}/{whole}\r\n", whole - 1);
            ("206 Partial Content", from)
        }
        None => ("200 OK", 0),
    };
    let body = &served.body[from..];
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{head}Connection: close\r\n\r\n",
        body.len()
    )?;
    if method == "HEAD" {
        return Ok(());
    }
    match fault {
        Some(Fault::Drop(bytes)) => stream.write_all(&body[..bytes.min(body.len())]),
        Some(Fault::Stall(bytes)) => {
            stream.write_all(&body[..bytes.min(body.len())])?;
            thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        Some(Fault::Slow(pause)) => body.chunks(body.len().div_ceil(100).max(1)).try_for_each(|piece| {
            thread::sleep(Duration::from_millis(pause));
            stream.write_all(piece)
        }),
        _ => stream.write_all(body),
    }
}
