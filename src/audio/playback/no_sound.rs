//! That there is no audio output, what was tried, and what to do about it on this host.

use super::environment::Environment;
use std::fmt;

/// There is no audio output.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NoSound {
    /// What was tried, in this order.
    pub attempts: Vec<Attempt>,
    /// What would help, the likeliest first.
    pub remedies: Vec<Remedy>,
}

/// An output that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Where sound was to go.
    pub output: String,
    /// Why it did not.
    pub problem: String,
    /// Whether it is there, but does not let us in.
    pub denied: bool,
}

/// What would help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// For whom, or to what end.
    pub aim: String,
    /// (where to type it, what to type).
    pub steps: Vec<(&'static str, &'static str)>,
}

impl NoSound {
    /// What helps after these attempts.
    pub fn after(attempts: Vec<Attempt>, environment: &Environment) -> Self {
        let denied = attempts.iter().any(|attempt| attempt.denied);
        let mut remedies = Vec::new();
        if denied {
            remedies.push(remedy(
                "The server wants the cookie that it shares with its user:",
                &[("there", "scp ~/.config/pulse/cookie HOST:.config/pulse/cookie")],
            ));
        }
        let forward = remedy(
            "To play sound from this host on the computer in front of you:",
            &[
                (
                    "there",
                    "pactl load-module module-native-protocol-tcp auth-ip-acl=127.0.0.1",
                ),
                ("there", "ssh -R 24713:localhost:4713 HOST"),
                ("here", "export PULSE_SERVER=tcp:localhost:24713"),
            ],
        );
        let local = remedy(
            "To play sound at this host, start its sound server:",
            &[
                ("here", "systemctl --user start pipewire-pulse"),
                ("or", "pulseaudio --start"),
            ],
        );
        let remote = environment.remote || environment.server.is_some();
        remedies.extend(if remote { [forward, local] } else { [local, forward] });
        if cfg!(all(target_os = "linux", not(feature = "alsa"))) {
            remedies.push(remedy(
                "Without a sound server, through ALSA (needs libasound2-dev):",
                &[("here", "cargo install --path . --features alsa")],
            ));
        }
        Self { attempts, remedies }
    }
}

fn remedy(aim: &str, steps: &[(&'static str, &'static str)]) -> Remedy {
    Remedy {
        aim: aim.to_owned(),
        steps: steps.to_vec(),
    }
}

impl fmt::Display for NoSound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "no audio output")?;
        for attempt in &self.attempts {
            write!(formatter, "\n  {}: {}", attempt.output, attempt.problem)?;
        }
        for remedy in &self.remedies {
            write!(formatter, "\n{}", remedy.aim)?;
            for (machine, step) in &remedy.steps {
                write!(formatter, "\n  {machine:5}  {step}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(denied: bool, environment: &Environment) -> NoSound {
        let attempt = Attempt {
            output: "PULSE_SERVER=tcp:localhost:1".to_owned(),
            problem: "connection refused".to_owned(),
            denied,
        };
        NoSound::after(vec![attempt], environment)
    }

    #[test]
    fn over_ssh_the_first_remedy_is_to_forward_the_sound() {
        let there = Environment {
            remote: true,
            ..Environment::default()
        };
        for (environment, first) in [(there, "in front of you"), (Environment::default(), "at this host")] {
            let no_sound = after(false, &environment);
            assert!(no_sound.remedies[0].aim.contains(first));
            let text = no_sound.to_string();
            assert!(text.contains("PULSE_SERVER=tcp:localhost:1: connection refused"));
            for word in ["ssh -R", "module-native-protocol-tcp", "export PULSE_SERVER="] {
                assert!(text.contains(word), "{text}");
            }
            assert!(!text.contains("cookie"));
        }
        assert!(after(true, &Environment::default()).remedies[0].aim.contains("cookie"));
    }
}
