//! `undertone encoders` from end to end, over a hub on the loopback.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;
#[path = "common/file_server.rs"]
mod file_server;

use common::Lab;
use file_server::{Fault, Served, Server};
use serde_json::Value;
use std::fs;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
const WEIGHTS: usize = 400_000;

/// A hub with one small model, whose weights come slowly the first time.
fn hub() -> Server {
    let hub = Server::start();
    let serve = |file: &str, body: Vec<u8>, faults: Vec<Fault>| {
        for revision in ["main", COMMIT] {
            let headers = [("X-Repo-Commit", COMMIT.to_owned()), ("ETag", format!("\"of-{file}\""))];
            hub.serve(
                &format!("/me/tiny/resolve/{revision}/{file}"),
                Served {
                    body: body.clone(),
                    headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(),
                    faults: faults.iter().copied().collect(),
                    ..Served::default()
                },
            );
        }
    };
    serve("config.json", b"{\"model_type\": \"hubert\"}".to_vec(), Vec::new());
    serve("model.safetensors", vec![7; WEIGHTS], vec![Fault::Slow(50)]);
    hub
}

fn program(lab: &Lab, hub: &Server, arguments: &[&str]) -> Command {
    let mut command = lab.program(arguments);
    command.env("HF_ENDPOINT", hub.url("")).env_remove("HF_TOKEN");
    for proxy in [
        "ALL_PROXY",
        "all_proxy",
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
    ] {
        command.env_remove(proxy);
    }
    command
}

fn run(lab: &Lab, hub: &Server, arguments: &[&str]) -> Output {
    program(lab, hub, arguments).output().unwrap()
}

#[test]
#[cfg(unix)]
fn an_encoder_is_fetched_interrupted_gone_on_with_and_listed() {
    let (lab, hub) = (Lab::empty(), hub());
    let blobs = lab.path("huggingface/hub/models--me--tiny/blobs");
    let partial = blobs.join("of-model.safetensors.incomplete");
    let mut child = program(&lab, &hub, &["encoders", "get", "me/tiny"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while fs::metadata(&partial).map_or(0, |metadata| metadata.len()) < 20_000 {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing arrives");
        thread::sleep(Duration::from_millis(10));
    }
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(partial.exists() && !blobs.join("of-model.safetensors").exists());

    let listed = || -> Value {
        let output = run(&lab, &hub, &["encoders", "--json"]);
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let encoders = document["encoders"].as_array().unwrap();
        encoders.iter().find(|row| row["name"] == "me/tiny").unwrap().clone()
    };
    assert_eq!(listed()["here"]["missing"], "model.safetensors");

    let output = run(&lab, &hub, &["encoders", "get", "me/tiny", "--json"]);
    assert!(output.status.success(), "{output:?}");
    let fetched: Value = serde_json::from_slice(&output.stdout).unwrap();
    let folder = lab.path("huggingface/hub/models--me--tiny/snapshots").join(COMMIT);
    assert_eq!(fetched["folder"].as_str().unwrap(), folder.to_str().unwrap());
    assert_eq!(fs::read(folder.join("model.safetensors")).unwrap(), vec![7; WEIGHTS]);
    assert_eq!(listed()["here"]["missing"], Value::Null);
    let shown = run(&lab, &hub, &["encoders", "show", "me/tiny"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains(COMMIT), "{shown:?}");
}

#[test]
fn what_the_hub_does_not_have_fails_with_a_word() {
    let (lab, hub) = (Lab::empty(), hub());
    let output = run(&lab, &hub, &["encoders", "get", "me/none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("me/none"),
        "{output:?}"
    );
    let unknown = run(&lab, &hub, &["encoders", "show", "me/none"]);
    assert_eq!(unknown.status.code(), Some(1));
}
