//! What the environment says of the hub: the variables that Python's `huggingface_hub` reads, and their defaults.

use super::Cache;
use crate::download::Token;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// Where the hub is, where its files lie on this machine, and whether to ask it at all.
#[derive(Debug, Clone)]
pub struct Hub {
    /// `HF_ENDPOINT`, without a slash at its end.
    pub endpoint: String,
    /// What lies on this machine.
    pub cache: Cache,
    /// `HF_TOKEN`, or what `huggingface-cli login` has left in `$HF_HOME/token`.
    pub token: Option<Token>,
    /// `HF_HUB_OFFLINE`: nothing is to be asked for over the network.
    pub offline: bool,
}

impl Hub {
    /// As the variables of this process have it.
    pub fn of_process() -> Self {
        Self::of(&|name| env::var_os(name))
    }

    /// As these variables have it: `HF_HOME` (else `$XDG_CACHE_HOME/huggingface`, else `~/.cache/huggingface`),
    /// `HF_HUB_CACHE` (else `$HF_HOME/hub`), `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_OFFLINE`.
    pub fn of(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folder = |name: &str| set(name).map(PathBuf::from);
        let user = || folder("HOME").or_else(|| folder("USERPROFILE")).unwrap_or_default();
        let path = |name: &str| folder(name).map(|path| with_home(path, &user));
        let home = path("HF_HOME").unwrap_or_else(|| {
            let caches = path("XDG_CACHE_HOME").unwrap_or_else(|| user().join(".cache"));
            caches.join("huggingface")
        });
        let cache = path("HF_HUB_CACHE").or_else(|| path("HUGGINGFACE_HUB_CACHE"));
        let text = |name: &str| set(name).and_then(|value| value.into_string().ok());
        let token = text("HF_TOKEN").or_else(|| text("HUGGING_FACE_HUB_TOKEN")).or_else(|| {
            let file = path("HF_TOKEN_PATH").unwrap_or_else(|| home.join("token"));
            fs::read_to_string(file).ok()
        });
        let endpoint = text("HF_ENDPOINT").unwrap_or_else(|| "https://huggingface.co".to_owned());
        let on = |name: &str| {
            let value = text(name).map(|value| value.trim().to_ascii_uppercase());
            matches!(value.as_deref(), Some("1" | "ON" | "YES" | "TRUE"))
        };
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            cache: Cache::new(cache.unwrap_or_else(|| home.join("hub"))),
            token: token.as_deref().and_then(Token::new),
            offline: on("HF_HUB_OFFLINE") || on("TRANSFORMERS_OFFLINE"),
        }
    }
}

/// A `~` at the beginning of a path is the user's folder.
fn with_home(path: PathBuf, user: &dyn Fn() -> PathBuf) -> PathBuf {
    match path.strip_prefix("~") {
        Ok(rest) => user().join(rest),
        Err(_) => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::Path;

    fn hub(variables: &[(&str, &str)]) -> Hub {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        Hub::of(&|name| variables.get(name).map(OsString::from))
    }

    #[test]
    fn the_cache_is_where_python_has_it() {
        for (variables, folder) in [
            (vec![("HOME", "/me")], "/me/.cache/huggingface/hub"),
            (
                vec![("HOME", "/me"), ("XDG_CACHE_HOME", "/fast")],
                "/fast/huggingface/hub",
            ),
            (vec![("HOME", "/me"), ("HF_HOME", "~/hf")], "/me/hf/hub"),
            (vec![("HF_HOME", "/hf"), ("HF_HUB_CACHE", "/shared")], "/shared"),
            (vec![("HF_HOME", "/hf"), ("HF_HUB_CACHE", "")], "/hf/hub"),
        ] {
            assert_eq!(hub(&variables).cache.folder(), Path::new(folder), "{variables:?}");
        }
    }

    #[test]
    fn the_token_is_the_variable_or_the_file_of_the_login() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        assert_eq!(hub(&[("HF_HOME", home)]).token, None);
        fs::write(folder.path().join("token"), "hf_file\n").unwrap();
        assert_eq!(hub(&[("HF_HOME", home)]).token, Token::new("hf_file"));
        let both = [("HF_HOME", home), ("HF_TOKEN", "hf_variable")];
        assert_eq!(hub(&both).token, Token::new("hf_variable"));
    }

    #[test]
    fn the_hub_is_the_usual_one_and_asked_unless_told_otherwise() {
        let usual = hub(&[]);
        assert_eq!((&*usual.endpoint, usual.offline), ("https://huggingface.co", false));
        let mirror = hub(&[("HF_ENDPOINT", "https://mirror.org/"), ("HF_HUB_OFFLINE", "true")]);
        assert_eq!((&*mirror.endpoint, mirror.offline), ("https://mirror.org", true));
        assert!(!hub(&[("HF_HUB_OFFLINE", "0")]).offline);
    }
}
