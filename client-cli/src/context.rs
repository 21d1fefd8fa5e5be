//! Contexts: named sets of services and what they need to be reached, in a file, so that one word chooses between them.
//!
//! ```toml
//! current = "production"
//!
//! [contexts.production]
//! tracker = "https://tracker.example:443"
//! analysis = "https://analysis.example:443"
//! token_file = "production.token"
//! ca_file = "/etc/ssl/perftrack.pem"
//! ```
//!
//! Paths begin at the folder of that file, wherever the user stands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::nearest::nearest;
use serde::Deserialize;
use service::config::place_and_problem;

use crate::failure::{Outcome, usage};

/// Where services are, and what they need to be reached; what is `None` is not said here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// TrackingService's URL.
    pub tracker: Option<String>,
    /// AnalysisService's URL.
    pub analysis: Option<String>,
    /// A file that holds a token.
    pub token_file: Option<PathBuf>,
    /// Whether the token may travel in the clear.
    #[serde(default)]
    pub allow_plaintext_token: bool,
    /// The authorities of the services' certificates, as PEM.
    pub ca_file: Option<PathBuf>,
    /// A certificate of the client's own, as PEM.
    pub client_cert_file: Option<PathBuf>,
    /// Its private key.
    pub client_key_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    current: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Context>,
}

/// The context of this name, else the file's current one, else an empty one. The file is `given`, or
/// perftrack/contexts.toml under the user's configuration folder where that is there.
///
/// # Errors
/// A file that cannot be used, or has no context of that name.
pub fn read(name: Option<&str>, given: Option<&Path>) -> Outcome<Context> {
    let path = match given.map(Path::to_owned).or_else(default_file) {
        Some(path) if given.is_some() || path.exists() => path,
        _ => return name.map_or_else(|| Ok(Context::default()), |name| Err(no_file(name))),
    };
    let text = std::fs::read_to_string(&path)
        .map_err(|error| usage(format!("the contexts in {} cannot be read: {error}", path.display())))?;
    let mut file: File = toml::from_str(&text)
        .map_err(|error| usage(format!("the contexts in {}: {}", path.display(), place_and_problem(&text, &error))))?;
    let Some(name) = name.map(str::to_owned).or(file.current) else { return Ok(Context::default()) };
    let mut context = file.contexts.remove(&name).ok_or_else(|| {
        let known = nearest(&name, file.contexts.keys().map(String::as_str));
        let hint = known.map_or_else(String::new, |known| format!("; did you mean {known}?"));
        usage(format!("there is no context {name:?} in {}{hint}", path.display()))
    })?;
    let Context { token_file, ca_file, client_cert_file, client_key_file, .. } = &mut context;
    for named in [token_file, ca_file, client_cert_file, client_key_file].into_iter().flatten() {
        *named = path.with_file_name(&*named);
    }
    Ok(context)
}

fn no_file(name: &str) -> crate::failure::Failure {
    usage(format!(
        "there is no context {name:?}: no perftrack/contexts.toml under the configuration folder; name a file in \
         PERFTRACK_CONTEXTS_FILE"
    ))
}

/// `$XDG_CONFIG_HOME/perftrack/contexts.toml`, by default under `~/.config`.
fn default_file() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")))?;
    Some(config.join("perftrack").join("contexts.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(text: &str, name: Option<&str>) -> Outcome<Context> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contexts.toml");
        std::fs::write(&path, text).unwrap();
        read(name, Some(&path))
    }

    const TWO: &str = "current = \"here\"\n[contexts.here]\ntracker = \"http://127.0.0.1:1\"\n\
                       [contexts.production]\ntracker = \"https://tracker.example\"\ntoken_file = \"/t\"\n";

    #[test]
    fn paths_begin_at_the_folder_of_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("contexts.toml");
        std::fs::write(&file, "[contexts.a]\ntoken_file = \"secrets/token\"\nca_file = \"/etc/ca.pem\"\n").unwrap();
        let context = read(Some("a"), Some(&file)).unwrap();
        assert_eq!(context.token_file, Some(folder.path().join("secrets/token")));
        assert_eq!(context.ca_file, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[test]
    fn a_context_is_chosen_by_name_or_is_the_current_one() {
        assert_eq!(in_file(TWO, None).unwrap().tracker.as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(in_file(TWO, Some("production")).unwrap().token_file, Some(PathBuf::from("/t")));
        let said = in_file(TWO, Some("prodution")).unwrap_err().to_string();
        assert!(said.ends_with("did you mean production?"), "{said}");
        let said = in_file("[contexts.a]\ntoken = \"ptk_secret\"", None).unwrap_err().to_string();
        assert!(said.contains("line 2, column 1: unknown field `token`") && !said.contains("ptk_secret"), "{said}");
    }
}
