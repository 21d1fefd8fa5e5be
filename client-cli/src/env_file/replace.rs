//! Replacing the bot's config file: the old one is kept beside it, and at no moment is there half a file.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::Utc;
use tempfile::NamedTempFile;

use crate::failure::Outcome;

/// Writes `text` over `file` and returns where the old content is kept. A link stays a link: what it points to is
/// replaced. Permissions stay.
///
/// # Errors
/// What could not be done; `file` is then as it was.
pub fn replace(file: &Path, text: &str) -> Outcome<PathBuf> {
    let doing = || format!("writing {}", file.display());
    let file = fs::canonicalize(file).with_context(doing)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    let permissions = fs::metadata(&file).with_context(doing)?.permissions();
    let mut next = NamedTempFile::new_in(folder).with_context(doing)?;
    next.write_all(text.as_bytes()).with_context(doing)?;
    next.as_file().set_permissions(permissions).with_context(doing)?;
    next.as_file().sync_all().with_context(doing)?;
    let backup = backup(&file).with_context(|| format!("keeping a backup of {}", file.display()))?;
    next.persist(&file).map_err(|error| error.error).with_context(doing)?;
    Ok(backup)
}

/// `bot.env.20261122T193000Z.bak`, or with a number where that is taken: no earlier backup is written over.
fn backup(file: &Path) -> std::io::Result<PathBuf> {
    let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let stamp = Utc::now().format("%Y%m%dT%H%M%SZ");
    let mut number = 0;
    loop {
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let path = file.with_file_name(format!("{name}.{stamp}{suffix}.bak"));
        // The name is taken before anything is written to it.
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => {
                fs::copy(file, &path)?;
                return Ok(path);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_file_is_kept_and_no_backup_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bot.env");
        fs::write(&file, "A=1\n").unwrap();
        let first = replace(&file, "A=2\n").unwrap();
        let second = replace(&file, "A=3\n").unwrap();
        assert_ne!(first, second);
        assert_eq!(
            [&file, &first, &second].map(|path| fs::read_to_string(path).unwrap()),
            ["A=3\n", "A=1\n", "A=2\n"].map(str::to_owned)
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.env"), folder.path().join("bot.env"));
        fs::write(&file, "A=1\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&file, &link).unwrap();
        let backup = replace(&link, "A=2\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "A=2\n");
        for path in [&file, &backup] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = replace(Path::new("/nowhere/bot.env"), "").unwrap_err().to_string();
        assert!(error.contains("/nowhere/bot.env"), "{error}");
    }
}
