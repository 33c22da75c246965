//! A connection to a sound server: messages in, messages out, and nothing that waits for ever.

use super::super::output::Refusal;
use super::address::Address;
use pulseaudio::protocol::{
    self, AuthParams, AuthReply, Command, CommandReply, DESCRIPTOR_SIZE, MAX_VERSION, Prop, Props, ProtocolError,
    PulseError, SetClientNameReply, TagStructReader,
};
use std::io::{self, Cursor, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

#[cfg(unix)]
use std::os::unix::net::UnixStream;

/// How long a server has for an answer.
pub const TIMEOUT: Duration = Duration::from_secs(5);
/// Bytes of a cookie; a server that wants none (`auth-anonymous`, PipeWire) takes any of this length.
const COOKIE: usize = 256;
/// The channel of messages that are no samples.
const CONTROL: u32 = u32::MAX;
/// No message that a player is sent is larger: something else is at the other end.
const LARGEST: usize = 1 << 20;

/// A connection that the server has accepted.
#[derive(Debug)]
pub struct Connection {
    socket: Socket,
    version: u16,
    sequence: u32,
    received: Vec<u8>,
}

/// A message of the server.
#[derive(Debug)]
pub struct Message {
    /// The number of the message that it answers.
    pub sequence: u32,
    /// What it says.
    pub command: Command,
    /// What follows it: the content of a [`Command::Reply`].
    content: Vec<u8>,
}

#[derive(Debug)]
enum Socket {
    Network(TcpStream),
    #[cfg(unix)]
    Local(UnixStream),
}

impl Connection {
    /// Connects, and shows the cookie.
    ///
    /// # Errors
    /// Nobody there, or not let in.
    pub fn open(address: &Address, cookie: Option<&[u8]>) -> Result<Self, Refusal> {
        let mut connection = Self {
            socket: Socket::open(address).map_err(Refusal::gone)?,
            version: MAX_VERSION,
            sequence: 0,
            received: Vec::new(),
        };
        let mut secret = cookie.unwrap_or_default().to_vec();
        secret.resize(COOKIE, 0);
        let auth: AuthReply = connection.ask(&Command::Auth(AuthParams {
            version: MAX_VERSION,
            supports_shm: false,
            supports_memfd: false,
            cookie: secret,
        }))?;
        connection.version = auth.version.min(MAX_VERSION);
        let mut names = Props::new();
        names.set(Prop::ApplicationName, c"undertone");
        let _: SetClientNameReply = connection.ask(&Command::SetClientName(names))?;
        Ok(connection)
    }

    /// Sends a message; its number, which the answer will bear.
    ///
    /// # Errors
    /// The server has gone.
    pub fn send(&mut self, command: &Command) -> Result<u32, Refusal> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut bytes = Vec::new();
        protocol::write_command_message(&mut bytes, self.sequence, command, self.version)
            .map_err(|error| self.refusal(&error))?;
        self.write(&bytes)?;
        Ok(self.sequence)
    }

    /// Sends samples.
    ///
    /// # Errors
    /// The server has gone.
    pub fn send_samples(&mut self, channel: u32, bytes: &[u8]) -> Result<(), Refusal> {
        let mut message = Vec::with_capacity(DESCRIPTOR_SIZE + bytes.len());
        protocol::write_memblock(&mut message, channel, bytes, 0).map_err(|error| self.refusal(&error))?;
        self.write(&message)
    }

    /// Asks for something and waits for the answer.
    ///
    /// # Errors
    /// The server has gone, takes too long, or refuses.
    pub fn ask<R: CommandReply>(&mut self, command: &Command) -> Result<R, Refusal> {
        let sequence = self.send(command)?;
        let until = Instant::now() + TIMEOUT;
        while let Some(message) = self.receive(until)? {
            match message.command {
                Command::Reply if message.sequence == sequence => return self.content(&message),
                Command::Error(error) if message.sequence == sequence => return Err(refused(error)),
                _ => {}
            }
        }
        Err(Refusal::gone(format!("no answer within {} s", TIMEOUT.as_secs())))
    }

    /// The content of an answer.
    ///
    /// # Errors
    /// It is another than was asked for.
    pub fn content<R: CommandReply>(&self, message: &Message) -> Result<R, Refusal> {
        let mut content = Cursor::new(&message.content);
        TagStructReader::new(&mut content, self.version)
            .read()
            .map_err(|error| self.refusal(&error))
    }

    /// The next message, if one comes in time.
    ///
    /// # Errors
    /// The server has gone.
    pub fn receive(&mut self, until: Instant) -> Result<Option<Message>, Refusal> {
        loop {
            if let Some(message) = self.parse()? {
                return Ok(Some(message));
            }
            // A socket takes a wait of zero for one without end.
            let wait = until.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                return Ok(None);
            }
            let mut bytes = [0; 4096];
            match self.socket.read(&mut bytes, wait.max(Duration::from_millis(1))) {
                Ok(0) => return Err(Refusal::gone("the sound server has closed the connection")),
                Ok(read) => self.received.extend_from_slice(bytes.get(..read).unwrap_or_default()),
                Err(error) if is_late(&error) => {}
                Err(error) => return Err(Refusal::gone(error)),
            }
        }
    }

    /// The first message that is complete; what is of no interest to a player is passed over.
    fn parse(&mut self) -> Result<Option<Message>, Refusal> {
        while let Some(mut head) = self.received.get(..DESCRIPTOR_SIZE) {
            let head = protocol::read_descriptor(&mut head).map_err(|error| self.refusal(&error))?;
            let end = DESCRIPTOR_SIZE + head.length as usize;
            if end > LARGEST {
                return Err(Refusal::gone("what answers there is no sound server"));
            }
            if self.received.len() < end {
                return Ok(None);
            }
            let message: Vec<u8> = self.received.drain(..end).skip(DESCRIPTOR_SIZE).collect();
            if head.channel != CONTROL {
                continue;
            }
            let mut cursor = Cursor::new(&message);
            // A message of a kind that is not known here is none that a player needs.
            if let Ok((sequence, command)) = Command::read_tag_prefixed(&mut cursor, self.version) {
                let read = usize::try_from(cursor.position()).unwrap_or(message.len());
                let content = message.get(read..).unwrap_or_default().to_vec();
                return Ok(Some(Message {
                    sequence,
                    command,
                    content,
                }));
            }
        }
        Ok(None)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        self.socket.write(bytes).map_err(|error| {
            if is_late(&error) {
                Refusal::gone(format!("takes no sound for {} s", TIMEOUT.as_secs()))
            } else {
                Refusal::gone(error)
            }
        })
    }

    fn refusal(&self, error: &ProtocolError) -> Refusal {
        Refusal::gone(format!("speaks another protocol ({error})"))
    }
}

/// What a server's refusal means.
pub fn refused(error: PulseError) -> Refusal {
    match error {
        PulseError::AccessDenied | PulseError::AuthKey => Refusal {
            problem: "the sound server does not let us in (access denied)".to_owned(),
            denied: true,
        },
        PulseError::NoEntity => Refusal::gone("the sound server has no output; `pactl list short sinks` lists them"),
        other => Refusal::gone(format!("the sound server refuses: {other}")),
    }
}

/// Nothing came, or nothing was taken, in time.
fn is_late(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

impl Socket {
    fn open(address: &Address) -> io::Result<Self> {
        match address {
            Address::Network(host, port) => {
                let mut last = io::Error::new(io::ErrorKind::NotFound, "this host has no address");
                for address in (host.as_str(), *port).to_socket_addrs()? {
                    match TcpStream::connect_timeout(&address, TIMEOUT) {
                        Ok(socket) => {
                            socket.set_nodelay(true)?;
                            socket.set_write_timeout(Some(TIMEOUT))?;
                            return Ok(Self::Network(socket));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
            #[cfg(unix)]
            Address::Socket(path) => {
                let socket = UnixStream::connect(path)?;
                socket.set_write_timeout(Some(TIMEOUT))?;
                Ok(Self::Local(socket))
            }
            #[cfg(not(unix))]
            Address::Socket(_) => Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "this system has no Unix sockets; name the server as tcp:HOST:PORT",
            )),
        }
    }

    fn read(&mut self, bytes: &mut [u8], wait: Duration) -> io::Result<usize> {
        match self {
            Self::Network(socket) => {
                socket.set_read_timeout(Some(wait))?;
                socket.read(bytes)
            }
            #[cfg(unix)]
            Self::Local(socket) => {
                socket.set_read_timeout(Some(wait))?;
                socket.read(bytes)
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Network(socket) => socket.write_all(bytes),
            #[cfg(unix)]
            Self::Local(socket) => socket.write_all(bytes),
        }
    }
}
