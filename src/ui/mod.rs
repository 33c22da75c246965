//! The workbench on the screen: tabs over one engine. Key → pane → command → engine → event → pane → frame.

mod app;
mod appearance;
mod editor;
mod ends;
mod follow;
pub mod input;
mod jobs;
mod message;
mod model;
mod notice;
mod overlays;
mod pane;
mod screen;
mod shared;
mod signals;
mod styles;
mod tabs;
mod terminal;
mod text;
mod theme;
mod widgets;
mod workbench;

pub use app::App;
pub use notice::Notice;
pub use terminal::NoTerminal;
pub use theme::{Colours, Ground, Theme};

use crate::engine::{Engine, Event, Settings, load_settings};
use crate::present::times::Clock;
use appearance::Appearance;
use input::key::INTERRUPT;
use input::{Input, Sequences};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use signals::Asked;
use std::ffi::c_int;
use std::io;
use std::panic;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};
use terminal::{Drawn, Output, Terminal};

/// Live data are drawn at most once in this time; keys are drawn at once.
const FRAME: Duration = Duration::from_millis(100);
/// The same once nobody has pressed a key for so long, unless a clip is played: who only watches needs no more, and a slow line
/// has less to carry.
const CALM_FRAME: Duration = Duration::from_secs(1);
const CALM: Duration = Duration::from_secs(10);
/// A key so long ago has rested: a picture gets all its colours.
const REST: Duration = Duration::from_millis(300);
/// How long the engine's answer to a key is waited for before the next look at it.
const SHORT_WAIT: Duration = Duration::from_millis(5);
/// How long a key is waited for before the engine is listened to again.
const WAIT: Duration = Duration::from_millis(30);
/// Events followed before the next key is read.
const EVENTS_AT_ONCE: usize = 256;

/// Opens the workbench in the terminal and stays until the user leaves, or a signal ends it, by which the program then ends.
/// The terminal is given back as it was, also after an error or a panic.
///
/// # Errors
/// [`NoTerminal`], as a cause; a terminal that cannot be read or written.
pub fn run(settings: Settings) -> io::Result<()> {
    terminal::check().map_err(io::Error::other)?;
    let output = Output::open()?;
    let asked = signals::listen(output.clone())?;
    let panics = keep_screen_on_foreign_panics(output.clone());
    let terminal = Terminal::enter(output.clone(), &settings.ui);
    let outcome = terminal.and_then(|mut terminal| {
        let ended = work(&mut terminal, settings, &asked, &panics)?;
        terminal.settle();
        Ok(ended)
    });
    let left = terminal::leave(&output);
    // One that came while the terminal failed is why it failed.
    let late = || asked.try_iter().find_map(Asked::leave);
    if let Some(signal) = outcome.as_ref().ok().copied().flatten().or_else(late) {
        signals::end_by(signal);
    }
    outcome.and(left)
}

/// The one loop: keys, signals, events of the engine, frames. The signal that ended it, if one did.
fn work(
    terminal: &mut Terminal,
    settings: Settings,
    asked: &Receiver<Asked>,
    panics: &Receiver<String>,
) -> io::Result<Option<c_int>> {
    let mut appearance = appearance_of(&settings);
    let mut zone = zone_of(&settings);
    let source = settings.source.clone();
    let keys = settings.ui.keys.clone();
    let (engine, mut events) = Engine::start(settings);
    let mut app = App::new(appearance.theme, move |command| engine.send(command));
    app.bind(&keys);
    let mut sequences = Sequences::default();
    let mut listening = true;
    let mut drawn = Instant::now();
    let (begun, mut sounded) = (drawn, None::<Instant>);
    let (mut pressed, mut coarse) = (None::<Instant>, false);
    app.set_clock(clock_in(&zone));
    terminal.draw(false, |area, buffer| app.draw_to(area, buffer))?;
    terminal.ask(appearance.locale)?;
    let (mut at_once, mut changed) = (true, false);
    while !app.has_quit() {
        let hurried = pressed.is_some_and(|pressed| pressed.elapsed() < REST);
        let wait = if hurried {
            SHORT_WAIT
        } else if changed {
            WAIT.min(FRAME.saturating_sub(drawn.elapsed()))
        } else {
            WAIT
        };
        let inputs = terminal.read(wait)?;
        // What the terminal answers brings nothing new by itself.
        let asks = |input: &Input| matches!(input, Input::Key(_) | Input::Paste(_) | Input::Mouse(_));
        at_once |= terminal.resized() || inputs.iter().any(asks);
        if inputs.is_empty() {
            let keys = sequences.silence(Instant::now());
            at_once |= !keys.is_empty();
            keys.into_iter().for_each(|key| app.key(key));
        }
        for input in inputs {
            match input {
                Input::Key(key) => {
                    pressed = Some(Instant::now());
                    let keys = sequences.follow(key, Instant::now());
                    keys.into_iter().for_each(|key| app.key(key));
                }
                Input::Paste(text) => {
                    sequences.interrupt().into_iter().for_each(|key| app.key(key));
                    app.paste(&text);
                }
                Input::Mouse(mouse) => {
                    let now = Instant::now();
                    pressed = Some(now);
                    sequences.interrupt().into_iter().for_each(|key| app.key(key));
                    app.mouse(mouse, now);
                }
                Input::Cursor(column) => {
                    if let Some(unicode) = terminal.cursor(column) {
                        // The sign that was written to be measured is to go.
                        at_once = true;
                        appearance.characters(unicode);
                    }
                }
                Input::Attributes => {
                    terminal.answered();
                    at_once = true;
                }
            }
            if app.has_quit() {
                return Ok(None);
            }
        }
        sequences
            .texts()
            .iter()
            .filter_map(|text| terminal::ground(text))
            .for_each(|colour| appearance.ground(colour));
        at_once |= app.set_theme(appearance.theme);
        let mut told: Vec<Asked> = asked.try_iter().collect();
        if let Some(text) = app.take_edit() {
            terminal.leave()?;
            let outcome = editor::edit(&text);
            // Keys sent to both programs were meant for the other one.
            told.extend(asked.try_iter().filter(|asked| asked.leave().is_some()));
            told.push(Asked::Continue);
            app.edited(outcome);
        }
        if app.take_stop() {
            // The sound is paused by another thread.
            thread::sleep(FRAME);
            terminal.leave()?;
            match signals::stop(asked) {
                Some(first) => told.push(first),
                None => app.warn("Nothing could bring the workbench back here: it was started by no shell."),
            }
            told.push(Asked::Continue);
        }
        if let Some(signal) = told.iter().find_map(|asked| asked.leave()) {
            return Ok(Some(signal));
        }
        if told.contains(&Asked::Interrupt) {
            app.key(INTERRUPT.event());
            at_once = true;
        }
        if app.take_restart() {
            match load_settings(source.file.as_deref(), &source.changes) {
                Ok(settings) => {
                    (appearance, zone) = (appearance_of(&settings), zone_of(&settings));
                    terminal.ask(appearance.locale)?;
                    let keys = settings.ui.keys.clone();
                    let (engine, heard) = Engine::start(settings);
                    (events, listening) = (heard, true);
                    app.restart(move |command| engine.send(command));
                    app.bind(&keys);
                }
                Err(error) => app.warn(&error.to_string()),
            }
            at_once = true;
        }
        for notice in app.take_notices() {
            terminal.tell(&notice)?;
        }
        if app.take_redraw() || told.contains(&Asked::Continue) {
            terminal.enter_again()?;
            at_once = true;
        }
        if listening {
            match follow(&mut app, &events) {
                Ok(followed) => {
                    changed |= followed != Followed::Nothing;
                    sounded = (followed == Followed::Sound).then(Instant::now).or(sounded);
                }
                Err(gone) => {
                    app.warn(gone);
                    (listening, changed) = (false, true);
                }
            }
        }
        for panic in panics.try_iter() {
            app.warn(&panic);
            changed = true;
        }
        changed |= app.set_clock(clock_in(&zone)) | app.expire(Instant::now());
        // What was asked for by a key is drawn as soon as it is there.
        let hurried = pressed.is_some_and(|pressed| pressed.elapsed() < REST);
        let calm = [pressed.unwrap_or(begun), sounded.unwrap_or(begun)];
        let calm = calm.iter().all(|last| last.elapsed() > CALM);
        let frame = if calm { CALM_FRAME } else { FRAME };
        let live = changed && (hurried || drawn.elapsed() >= frame);
        if at_once || live || coarse && !hurried {
            match terminal.draw(hurried, |area, buffer| app.draw_to(area, buffer))? {
                Drawn::Nothing => at_once = true,
                done => {
                    drawn = Instant::now();
                    (at_once, changed, coarse) = (false, false, done == Drawn::Coarse);
                }
            }
        }
    }
    Ok(None)
}

fn appearance_of(settings: &Settings) -> Appearance {
    Appearance::new(settings.ui.clone(), Colours::detect(), |name| std::env::var_os(name))
}

fn clock_in(zone: &TimeZone) -> Clock {
    Clock {
        now: Timestamp::now(),
        zone: zone.clone(),
    }
}

/// Settings with another zone were refused.
fn zone_of(settings: &Settings) -> TimeZone {
    settings.ui.zone().unwrap_or(TimeZone::UTC)
}

/// What was heard of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Followed {
    Nothing,
    Something,
    /// A clip is played.
    Sound,
}

/// Follows the events that are there; says whether there were any, or that no more will come.
fn follow(app: &mut App, events: &Receiver<Event>) -> Result<Followed, &'static str> {
    let mut followed = Followed::Nothing;
    for _ in 0..EVENTS_AT_ONCE {
        match events.try_recv() {
            Ok(event) => {
                followed = followed.max(match event {
                    Event::Sound(_) => Followed::Sound,
                    _ => Followed::Something,
                });
                app.apply(event);
            }
            Err(TryRecvError::Empty) => return Ok(followed),
            Err(TryRecvError::Disconnected) => {
                return Err("The engine has ended; runs keep running. Leave the workbench with q and open it again.");
            }
        }
    }
    Ok(followed)
}

/// A panic here gives the terminal back and is printed; one of another thread would print over the screen,
/// so it is handed over to be shown as a message.
fn keep_screen_on_foreign_panics(output: Output) -> Receiver<String> {
    let (sender, receiver): (Sender<String>, _) = channel();
    let before = panic::take_hook();
    let screen = thread::current().id();
    panic::set_hook(Box::new(move |info| {
        let here = thread::current().id() == screen;
        if here || sender.send(format!("A job ended unexpectedly: {info}")).is_err() {
            // What the rest of the hook has to say matters more than a terminal that cannot be written.
            let _ = terminal::leave(&output);
            before(info);
        }
    }));
    receiver
}
