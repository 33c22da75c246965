//! Sound for real: a private PulseAudio with a null sink, what is played recorded from the sink's monitor and
//! compared with the clip.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a test may panic, and may say that it is skipped"
)]

mod common;

use common::Lab;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use undertone::audio::playback::{Environment, Phase, Player, SoundError};
use undertone::audio::{Wave, decode, resample};

const RATE: u32 = 48_000;
const TIMEOUT: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(10);
/// So much of a sound's beginning (s) may miss in what a null sink's monitor gives, whoever plays it: the sink has
/// rendered silence in advance, and takes it back, but its monitor cannot.
const RENDERED: f64 = 0.05;

/// Sound is a matter of milliseconds: the tests that hear some run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A PulseAudio of the test's own, in a folder of its own.
struct Daemon {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Daemon {
    /// Starts it and waits for its socket; nothing when PulseAudio is not installed.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let socket = folder.path().join("native");
        let unix = format!(
            "module-native-protocol-unix auth-anonymous=1 socket={}",
            socket.display()
        );
        let network = format!("module-native-protocol-tcp auth-anonymous=1 listen=127.0.0.1 port={port}");
        let null = "module-null-sink sink_name=null rate=48000 channels=1 format=float32le";
        let mut command = Command::new("pulseaudio");
        command
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"])
            .args(["--disable-shm=yes", "--log-target=stderr", "--log-level=error"]);
        for module in [null, &unix, &network] {
            command.args(["-L", module]);
        }
        for name in ["HOME", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH", "XDG_RUNTIME_DIR"] {
            command.env(name, folder.path());
        }
        let started = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = started else {
            println!("skipped: pulseaudio is not installed");
            return None;
        };
        let mut daemon = Self { process, folder, port };
        let begun = Instant::now();
        while !daemon.is_there() {
            assert!(begun.elapsed() < TIMEOUT, "pulseaudio did not start");
            thread::sleep(Duration::from_millis(50));
        }
        Some(daemon)
    }

    fn is_there(&mut self) -> bool {
        assert!(self.process.try_wait().unwrap().is_none(), "pulseaudio has ended");
        let info = self.tool("pactl").args(["list", "short", "sinks"]).output();
        info.is_ok_and(|info| String::from_utf8_lossy(&info.stdout).contains("null"))
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("native")
    }

    fn local(&self) -> String {
        format!("unix:{}", self.socket().display())
    }

    fn network(&self) -> String {
        format!("tcp:127.0.0.1:{}", self.port)
    }

    /// A program of pulseaudio-utils that speaks to this server.
    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(name);
        command
            .env("PULSE_SERVER", self.local())
            .env("HOME", self.folder.path())
            .env("XDG_RUNTIME_DIR", self.folder.path())
            .env_remove("PULSE_RUNTIME_PATH")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// What the null sink plays, from now on until it is asked for.
struct Recording {
    process: Child,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Recording {
    fn start(daemon: &Daemon) -> Self {
        let mut process = daemon
            .tool("parec")
            .args([
                "--device=null.monitor",
                "--format=float32le",
                "--rate=48000",
                "--channels=1",
            ])
            .args(["--raw", "--latency-msec=20"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&heard);
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = stdout.read(&mut bytes) {
                sink.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        });
        let recording = Self { process, heard };
        let begun = Instant::now();
        while recording.heard.lock().unwrap().is_empty() {
            assert!(begun.elapsed() < TIMEOUT, "the monitor is silent");
            thread::sleep(STEP);
        }
        recording
    }

    /// All that was played, after a moment for what is still on its way.
    fn stop(mut self) -> Vec<f32> {
        thread::sleep(Duration::from_millis(400));
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let bytes = self.heard.lock().unwrap();
        bytes
            .chunks_exact(4)
            .map(|sample| f32::from_le_bytes(sample.try_into().unwrap()))
            .collect()
    }
}

/// Something like speech: a gliding tone in syllables, so that every place differs from every other.
fn clip(seconds: f64, rate: u32) -> Wave {
    let mut phase = 0.0;
    let samples = (0..(seconds * f64::from(rate)) as usize).map(|index| {
        let time = index as f64 / f64::from(rate);
        phase += std::f64::consts::TAU * (180.0 + 140.0 * time + 60.0 * (5.0 * time).sin()) / f64::from(rate);
        let loudness = 0.1 + 0.3 * (3.1 * time).sin().abs();
        (loudness * (phase.sin() + 0.4 * (2.0 * phase).sin())) as f32
    });
    Wave {
        samples: samples.collect(),
        rate,
    }
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|sample| f64::from(*sample).powi(2)).sum()
}

/// Where in what was played the clip lies, how alike the two are there, and how much louder what was played is (dB).
fn compare(heard: &[f32], clip: &[f32]) -> (usize, f64, f64) {
    let product = |shift: usize, step: usize| -> f64 {
        let pairs = clip.iter().zip(&heard[shift..]).step_by(step);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    let shifts = heard.len().checked_sub(clip.len()).expect_more(heard.len(), clip.len());
    let best = |candidates: &mut dyn Iterator<Item = usize>, step| {
        candidates
            .max_by(|a, b| product(*a, step).total_cmp(&product(*b, step)))
            .unwrap()
    };
    // Coarsely first: the tones are far below the rate. The coarse steps may fall better on a neighbouring period.
    let coarse = best(&mut (0..=shifts).step_by(24), 16);
    let period = 480;
    let shift = best(&mut (coarse.saturating_sub(period)..=(coarse + period).min(shifts)), 1);
    let part = &heard[shift..shift + clip.len()];
    let alike = product(shift, 1) / (energy(part) * energy(clip)).sqrt();
    (shift, alike, 10.0 * (energy(part) / energy(clip)).log10())
}

trait ExpectMore {
    fn expect_more(self, heard: usize, clip: usize) -> usize;
}

impl ExpectMore for Option<usize> {
    fn expect_more(self, heard: usize, clip: usize) -> usize {
        self.unwrap_or_else(|| panic!("only {heard} samples were heard of {clip}"))
    }
}

fn player(address: &str) -> Player {
    Player::new(Environment::server(address, None))
}

/// Plays on until this holds; the positions that were reported.
fn until(player: &mut Player, wanted: impl Fn(&Player, f64) -> bool) -> Vec<f64> {
    let begun = Instant::now();
    let mut places = Vec::new();
    loop {
        player.advance(STEP).unwrap();
        let position = player.playback().unwrap().position;
        places.push(position);
        if wanted(player, position) {
            return places;
        }
        assert!(begun.elapsed() < TIMEOUT, "{:?}", player.playback());
    }
}

fn to_the_end(player: &mut Player) -> Vec<f64> {
    until(player, |player, _| !player.is_playing())
}

#[test]
fn what_is_heard_is_the_clip_over_a_socket_and_over_the_network() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    for (address, rate) in [
        (daemon.local(), RATE),
        (daemon.network(), RATE),
        (daemon.local(), 16_000),
    ] {
        let wave = Arc::new(clip(1.6, rate));
        let recording = Recording::start(&daemon);
        let mut player = player(&address);
        let begun = Instant::now();
        player.play(Arc::clone(&wave), 0.0);
        let places = to_the_end(&mut player);
        let took = begun.elapsed().as_secs_f64();
        let (_, alike, louder) = compare(&recording.stop(), &resample(&wave, RATE).unwrap().samples);
        println!("{address} at {rate} Hz: correlation {alike:.5}, level {louder:+.2} dB, {took:.2} s");
        assert!(alike > 0.99, "{address} at {rate} Hz: {alike}");
        assert!(louder.abs() < 0.5, "{address} at {rate} Hz: {louder} dB");
        assert!(places.is_sorted());
        let playback = player.playback().unwrap();
        assert_eq!((playback.phase, playback.position), (Phase::Ended, playback.seconds));
        assert_eq!(player.output(), Some(address.as_str()));
        assert!(
            took > 1.5,
            "the end is told when it is heard, not when it is sent: {took}"
        );
    }
}

#[test]
fn the_place_told_is_the_place_heard() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    let wave = Arc::new(clip(1.5, RATE));
    let recording = Recording::start(&daemon);
    let mut player = player(&daemon.local());
    player.play(Arc::clone(&wave), 0.0);
    until(&mut player, |_, position| position > 0.8);
    let place = player.playback().unwrap().position;
    player.pause();
    let heard = recording.stop();
    // What was played is the beginning of the clip; it ends at the position that was reported.
    let first = heard.iter().position(|sample| sample.abs() > 0.01).unwrap();
    let last = heard.iter().rposition(|sample| sample.abs() > 0.01).unwrap();
    let lasted = (last - first) as f64 / f64::from(RATE);
    println!("told {place:.3} s, heard {lasted:.3} s");
    assert!((lasted - place).abs() < 0.15, "told {place} s, heard {lasted} s");
}

#[test]
fn the_end_is_told_when_it_is_heard_also_of_a_device_that_holds_more_than_the_clip() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    // Nobody listens to the monitor: the null sink takes two seconds at a time.
    let mut player = player(&daemon.local());
    for _ in 0..2 {
        let begun = Instant::now();
        player.play(Arc::new(clip(0.8, RATE)), 0.0);
        let places = to_the_end(&mut player);
        assert!(places.is_sorted());
        assert!(begun.elapsed() > Duration::from_millis(750), "{:?}", begun.elapsed());
    }
}

#[test]
fn pause_holds_the_place_and_resume_goes_on_from_it() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    let wave = Arc::new(clip(1.6, RATE));
    let mut player = player(&daemon.local());
    player.play(Arc::clone(&wave), 0.0);
    until(&mut player, |_, position| position > 0.5);
    player.pause();
    let paused = player.playback().unwrap();
    assert_eq!(paused.phase, Phase::Paused);
    thread::sleep(Duration::from_millis(300));
    player.advance(STEP).unwrap();
    assert_eq!(player.playback(), Some(paused), "nothing moves in a pause");
    let recording = Recording::start(&daemon);
    player.resume();
    let places = to_the_end(&mut player);
    assert!(places[0] >= paused.position);
    let heard = recording.stop();
    let rest = &wave.samples[((paused.position + RENDERED) * f64::from(RATE)) as usize..];
    let (_, alike, _) = compare(&heard, rest);
    assert!(alike > 0.99, "{alike}");
    player.resume();
    until(&mut player, |_, position| position > 0.05);
    assert!(
        player.playback().unwrap().position < 0.5,
        "after the end it begins anew"
    );
}

#[test]
fn seeking_jumps_and_muting_keeps_the_time() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    let wave = Arc::new(clip(3.0, RATE));
    let recording = Recording::start(&daemon);
    let mut player = player(&daemon.network());
    player.play(Arc::clone(&wave), 0.0);
    until(&mut player, |_, position| position > 0.1);
    player.seek(1.0);
    player.seek(1.0);
    let began = until(&mut player, |_, position| position > 2.5)[0];
    assert!((2.1..2.15).contains(&began), "{began}");
    player.mute(true);
    let muted_at = player.playback().unwrap().position;
    let places = to_the_end(&mut player);
    assert!(places[0] >= muted_at);
    assert!(player.playback().unwrap().muted);
    let heard = recording.stop();
    let (from, to) = ((began + RENDERED) * f64::from(RATE), 2.45 * f64::from(RATE));
    let (place, alike, _) = compare(&heard, &wave.samples[from as usize..to as usize]);
    assert!(alike > 0.99, "{alike}");
    // So long after it, only silence.
    let after = &heard[(place + RATE as usize / 2).min(heard.len())..];
    assert!(energy(after) < 1e-6, "{}", energy(after));
    player.mute(false);
    player.seek(-9.0);
    assert_eq!(player.playback().unwrap().position, 0.0);
    assert_eq!(player.playback().unwrap().phase, Phase::Paused);
    player.seek(9.0);
    assert_eq!(player.playback().unwrap().position, 3.0);
}

#[test]
fn a_server_that_goes_away_is_told_once_and_the_next_play_tries_again() {
    let _alone = alone();
    let Some(mut daemon) = Daemon::start() else { return };
    let mut player = player(&daemon.local());
    player.play(Arc::new(clip(5.0, 16_000)), 0.0);
    until(&mut player, |_, position| position > 0.2);
    daemon.kill();
    let begun = Instant::now();
    let problem = loop {
        if let Err(problem) = player.advance(STEP) {
            break problem;
        }
        assert!(begun.elapsed() < TIMEOUT);
    };
    assert!(
        matches!(&problem, SoundError::Gone { output, .. } if *output == daemon.local()),
        "{problem}"
    );
    assert!(!player.is_playing());
    player.advance(STEP).unwrap();
    let place = player.playback().unwrap().position;
    player.resume();
    let problem = player.advance(STEP).unwrap_err();
    assert!(matches!(problem, SoundError::NoSound(_)), "{problem}");
    assert_eq!(player.playback().unwrap().position, place);
}

#[test]
fn a_server_that_was_started_again_is_found_again() {
    let _alone = alone();
    let Some(mut daemon) = Daemon::start() else { return };
    let mut player = player(&daemon.local());
    player.play(Arc::new(clip(0.3, 16_000)), 0.0);
    to_the_end(&mut player);
    daemon.kill();
    let Some(again) = Daemon::start() else { return };
    std::fs::remove_file(daemon.socket()).unwrap_or_default();
    std::os::unix::fs::symlink(again.socket(), daemon.socket()).unwrap();
    player.resume();
    to_the_end(&mut player);
    assert_eq!(player.playback().unwrap().phase, Phase::Ended);
}

#[test]
fn nobody_there_is_told_with_what_helps() {
    let folder = tempfile::tempdir().unwrap();
    let nothing = folder.path().join("native");
    let mut player = player(&format!("unix:{} tcp:127.0.0.1:1 tcp:", nothing.display()));
    player.play(Arc::new(clip(0.2, 16_000)), 0.0);
    let SoundError::NoSound(no_sound) = player.advance(STEP).unwrap_err() else {
        panic!("there is no server");
    };
    assert_eq!(no_sound.attempts.len(), 3, "{no_sound}");
    let text = no_sound.to_string();
    for word in ["No such file", "refused", "names no host", "ssh -R"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(player.advance(STEP).is_ok(), "it is told once");
}

#[test]
fn something_that_is_no_sound_server_is_left_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let chatter = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let _ = std::io::Write::write_all(&mut socket, b"SSH-2.0-OpenSSH_9.2 nothing to hear here\r\n");
        thread::sleep(Duration::from_millis(200));
    });
    let mut player = player(&format!("tcp:127.0.0.1:{port}"));
    player.play(Arc::new(clip(0.2, 16_000)), 0.0);
    let problem = player.advance(STEP).unwrap_err().to_string();
    assert!(problem.contains("no sound server"), "{problem}");
    chatter.join().unwrap();
}

#[test]
fn the_program_plays_a_file() {
    let _alone = alone();
    let Some(daemon) = Daemon::start() else { return };
    let lab = Lab::empty();
    lab.done(&["demo", "--clips", "12"]);
    let path = lab.clip();
    let clip = decode(&path).unwrap().wave;
    let path = path.to_str().unwrap();
    let play = |server: &str, arguments: &[&str]| {
        let arguments = [&["play", path], arguments].concat();
        lab.program(&arguments).env("PULSE_SERVER", server).output().unwrap()
    };

    let recording = Recording::start(&daemon);
    let output = play(&daemon.network(), &["--json"]);
    assert!(output.status.success(), "{output:?}");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&told["phase"], &told["output"]),
        (&"ended".into(), &daemon.network().into())
    );
    let (_, alike, louder) = compare(&recording.stop(), &resample(&clip, RATE).unwrap().samples);
    println!("undertone play: correlation {alike:.5}, level {louder:+.2} dB");
    assert!(alike > 0.99 && louder.abs() < 0.5, "{alike}, {louder} dB");

    let output = play(&daemon.local(), &["--variant", "input", "--from", "2.3"]);
    assert!(output.status.success(), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stdout).contains("(input): 2.50 of 2.50 s"),
        "{output:?}"
    );

    for (server, arguments, words) in [
        (
            daemon.local(),
            vec!["--variant", "louder"],
            "no variant of a clip is called louder",
        ),
        (format!("tcp:127.0.0.1:{}", free_port()), vec![], "ssh -R"),
    ] {
        let output = play(&server, &arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(words), "{output:?}");
    }
}
