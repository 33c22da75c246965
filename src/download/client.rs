//! The calls of HTTP: who may see the token, where redirects lead, what an answer means.

use super::patience::retry_after;
use super::receive::{background, wait};
use super::redirect::{is_downgrade, resolve, same_origin};
use super::{DownloadError, Patience};
use jiff::Timestamp;
use std::path::Path;
use std::time::Duration;
use std::{env, fmt, fs, io};
use ureq::http::header::{ACCEPT_ENCODING, AUTHORIZATION, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, Method, Request, Response, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Error, Proxy, ProxyProtocol, Timeout};

/// Redirects that are followed.
const REDIRECTS: usize = 10;

/// A bearer token. It is sent to the server that was asked, and to no other that a redirect names.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// `None` for nothing, and for what no header may hold.
    pub fn new(token: &str) -> Option<Self> {
        let token = token.trim();
        let printable = token.bytes().all(|byte| byte.is_ascii_graphic());
        (printable && !token.is_empty()).then(|| Self(token.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(…)")
    }
}

/// What a server says of a file.
#[derive(Debug, Clone)]
pub struct Head(HeaderMap);

impl Head {
    /// A header, when it is there and is text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.to_str().ok()
    }
}

/// Asks servers. Proxies are those of the environment (`ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), of HTTP and
/// not of SOCKS, the certificates to trust the usual ones, or those of the file `SSL_CERT_FILE`.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    /// How long to wait, and how often to ask again.
    pub(super) patience: Patience,
}

impl Client {
    /// # Errors
    /// A file of certificates that cannot be read.
    pub fn new(patience: Patience) -> Result<Self, DownloadError> {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // Followed here: the token must not go along.
            .max_redirects(0)
            .user_agent(concat!("undertone/", env!("CARGO_PKG_VERSION")))
            .timeout_resolve(Some(patience.connect))
            .timeout_connect(Some(patience.connect))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .timeout_per_write(Some(patience.silence));
        if let Some(file) = env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
            config = config.tls_config(TlsConfig::builder().root_certs(certificates(Path::new(&file))?).build());
        }
        let agent = config.build().new_agent();
        Ok(Self { agent, patience })
    }

    /// What a server says of a file, once all redirects within it are followed. One to another server is not: it
    /// leads to where the file lies, and what is to be known of it stands in the redirect itself.
    ///
    /// # Errors
    /// As [`Client::fetch`].
    pub fn head(
        &self,
        url: &str,
        token: Option<&Token>,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<Head, DownloadError> {
        let mut attempt = 1;
        loop {
            let (client, asked, token) = (self.clone(), url.to_owned(), token.cloned());
            let ask = move || client.ask(&Method::HEAD, &asked, token.as_ref(), &[], true);
            match background(ask, &mut go_on) {
                Ok(response) => return Ok(Head(response.headers().clone())),
                Err(error) if error.is_passing(attempt > 1) => {
                    let pause = self.patience.pause_after(attempt, error.retry_after());
                    let Some(pause) = pause else { return Err(error) };
                    wait(pause, &mut go_on)?;
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Asks once, and follows redirects: where `stay`, only within the same server. An answer is one of success, or a
    /// redirect that is not to be followed, or 416 (a range that the file does not have).
    pub(super) fn ask(
        &self,
        method: &Method,
        url: &str,
        token: Option<&Token>,
        headers: &[(&str, &str)],
        stay: bool,
    ) -> Result<Response<Body>, DownloadError> {
        let answer = |problem: String| DownloadError::Answer {
            url: url.to_owned(),
            problem,
        };
        let first: Uri = url
            .parse()
            .map_err(|error| answer(format!("is no address ({error})")))?;
        let mut at = first.clone();
        for _ in 0..=REDIRECTS {
            self.check_proxy(&at)?;
            let mut request = Request::builder().method(method).uri(&at);
            // Sizes and ranges are to be those of the file.
            request = request.header(ACCEPT_ENCODING, "identity");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if let Some(Token(token)) = token
                && same_origin(&first, &at)
            {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let request = request
                .body(())
                .map_err(|error| answer(format!("cannot be asked for ({error})")))?;
            let response = self
                .agent
                .run(request)
                .map_err(|error| self.failure(url, &at, &error))?;
            let status = response.status();
            if !status.is_redirection() {
                return match status.as_u16() {
                    200..300 | 416 => Ok(response),
                    code => Err(refusal(url, code, response.headers())),
                };
            }
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| resolve(&at, location));
            let next = next.ok_or_else(|| answer(format!("the server answers {status} without saying where to")))?;
            if is_downgrade(&at, &next) {
                return Err(answer(format!(
                    "the server leads on to {}, which is not encrypted; that is not followed",
                    host(&next)
                )));
            }
            if stay && !same_origin(&at, &next) {
                return Ok(response);
            }
            at = next;
        }
        Err(answer(format!("the server leads on more than {REDIRECTS} times")))
    }

    /// The proxy on the way to a server, if one is needed.
    fn proxy(&self, at: &Uri) -> Option<&Proxy> {
        self.agent.config().proxy().filter(|proxy| !proxy.is_no_proxy(at))
    }

    /// Refuses a proxy of SOCKS: `ureq` would pass it by and connect to the server itself.
    fn check_proxy(&self, at: &Uri) -> Result<(), DownloadError> {
        match self.proxy(at).map(Proxy::protocol) {
            None | Some(ProxyProtocol::Http | ProxyProtocol::Https) => Ok(()),
            Some(_) => Err(DownloadError::Proxy {
                host: host(at),
                problem: "it is one of SOCKS, and only those of HTTP can be used".to_owned(),
            }),
        }
    }

    /// What an error of the connection means.
    fn failure(&self, url: &str, at: &Uri, error: &Error) -> DownloadError {
        let problem = match error {
            Error::Io(error) => error.to_string(),
            Error::Rustls(error) => error.to_string(),
            Error::Timeout(_) => "it does not answer".to_owned(),
            other => other.to_string(),
        };
        let host = match self.proxy(at) {
            Some(proxy) => format!("{}, through the proxy {}:{},", host(at), proxy.host(), proxy.port()),
            None => host(at),
        };
        match error {
            Error::HostNotFound | Error::ConnectionFailed | Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                DownloadError::Unreachable { host, problem }
            }
            Error::Io(io) if is_unreachable(io.kind()) => DownloadError::Unreachable { host, problem },
            Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => DownloadError::Proxy { host, problem },
            Error::Rustls(_) | Error::Tls(_) | Error::Pem(_) => DownloadError::Untrusted { host, problem },
            Error::Io(io) if io.kind() == io::ErrorKind::InvalidData => DownloadError::Untrusted { host, problem },
            Error::Io(_) | Error::Timeout(_) => DownloadError::Dropped {
                url: url.to_owned(),
                problem,
            },
            _ => DownloadError::Answer {
                url: url.to_owned(),
                problem: format!("the server does not answer as it should ({problem})"),
            },
        }
    }
}

/// What a status that is no success means.
fn refusal(url: &str, code: u16, headers: &HeaderMap) -> DownloadError {
    let url = url.to_owned();
    match code {
        401 | 403 => DownloadError::Denied { url, code },
        404 | 410 => DownloadError::Missing { url, code },
        408 | 429 | 500..600 => {
            let header = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
            let after: Option<Duration> = header.and_then(|header| retry_after(header, Timestamp::now()));
            DownloadError::Busy { url, code, after }
        }
        _ => DownloadError::Answer {
            url,
            problem: format!("the server answers {code}; check the address"),
        },
    }
}

fn is_unreachable(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable, PermissionDenied,
    };
    matches!(
        kind,
        ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable | PermissionDenied
    )
}

fn host(uri: &Uri) -> String {
    let port = uri.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}{port}", uri.host().unwrap_or_default())
}

/// The certificates of a file of the form PEM.
fn certificates(path: &Path) -> Result<RootCerts, DownloadError> {
    let failed = |problem: String| DownloadError::File {
        path: path.to_owned(),
        problem: format!("{problem}; SSL_CERT_FILE must name a readable file of certificates (PEM)"),
    };
    let pem = fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| failed(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(failed("holds no certificate".to_owned()));
    }
    Ok(found.into())
}
