//! The work on requests: one short file per subject.

mod bench;
mod bench_model;
mod cache;
mod compare;
pub mod context;
mod delete;
mod delete_study;
mod demo;
mod doctor;
mod edit_settings;
mod encoders;
mod evaluate;
mod exchange;
mod export;
mod features;
mod fetches;
mod follow;
mod follow_studies;
mod follow_study;
mod form;
mod latest;
mod listing;
mod log;
mod models;
mod note;
mod pattern;
mod plan;
mod predict;
mod predictor;
mod preview;
mod published;
mod queue;
mod rate_limiter;
mod report;
mod resume;
mod scan;
mod settings;
mod sound;
mod stop;
mod studies;
mod tidy;
mod train;
mod trim;
mod tune;

pub use follow::{FollowRequest, follow};
pub use follow_studies::follow_studies;
pub use follow_study::follow_study;
pub use sound::{PlaybackRequest, sounds};

use super::api::table::requests;
use super::{Command, EngineError, Event, Request, request};
use context::Context;
use latest::Latest;

/// How a request is answered.
pub trait Answer: Request {
    /// Does what is asked, on the caller's thread.
    fn answer(self, context: &Context) -> Result<Self::Reply, EngineError>;
}

fn finish<R: Answer>(context: &Context, request: R) {
    match request.answer(context) {
        Ok(reply) => {
            context.emit(reply);
            context.emit(Event::Done(R::KIND));
        }
        Err(error) => context.fail(R::KIND, &error),
    }
}

/// Answers request after request; of several that wait, only the newest is worth the time.
pub fn serve<R: Answer>(context: &Context, requests: &Latest<R>) {
    while let Some(request) = requests.next() {
        finish(context, request);
    }
}

macro_rules! dispatch {
    (
        asked { $( $(#[$doc:meta])* $name:ident $({ $( $(#[$about:meta])* $field:ident: $type:ty ),* $(,)? })? -> $reply:ty; )* }
        followed { $( $followed:tt )* }
    ) => {
        /// Answers what is asked on the caller's thread. (What is followed has threads of its own.)
        pub fn answer(context: &Context, command: Command) {
            match command {
                $( Command::$name $({ $($field),* })? => finish(context, request::$name $({ $($field),* })?), )*
                _ => {}
            }
        }
    };
}
requests!(dispatch);
