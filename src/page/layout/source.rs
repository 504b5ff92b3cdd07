//! Layout files before they are compiled: those of a folder, by name.

use std::path::{Path, PathBuf};

use super::error::LayoutError;

/// A layout file, read.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub name: String,
    pub path: PathBuf,
    pub text: String,
    pub builtin: bool,
}

/// Reads the layout files of a folder, by name.
pub(super) fn read_dir(dir: &Path) -> (Vec<Source>, Vec<LayoutError>) {
    let mut sources = Vec::new();
    let mut errors = Vec::new();
    let unreadable = |path: &Path, error: std::io::Error| LayoutError {
        file: path.to_owned(),
        line: None,
        problem: format!("can't be read: {error}"),
        fix: "name a folder of *.toml files that this process may read".to_owned(),
    };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return (sources, vec![unreadable(dir, error)]),
    };
    let mut paths: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    paths.sort();
    for path in paths {
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let name =
                    path.file_name().map(|name| name.display().to_string()).unwrap_or_default();
                sources.push(Source { name, path, text, builtin: false });
            }
            Err(error) => errors.push(unreadable(&path, error)),
        }
    }
    (sources, errors)
}
