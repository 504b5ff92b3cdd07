//! The table of folders in ARCHITECTURE.md is the truth about who imports whom.

#[cfg(test)]
mod folders {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The rows of the tables, from above: a folder or file of src or of a folder there, and what it may import from.
    fn rows() -> Vec<(PathBuf, BTreeSet<String>)> {
        let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
        let rows = text.lines().filter(|line| line.starts_with("| `src/"));
        let rows = rows.map(|line| {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let names = |cell: &str| -> BTreeSet<String> {
                cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
            };
            (PathBuf::from(names(cells[1]).pop_first().unwrap()), names(cells[3]))
        });
        rows.collect()
    }

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    /// The folder that a row stands for among others, as a path of Rust names it: `crate::`, `crate::page::`.
    fn prefix(place: &Path) -> String {
        let above = place.parent().unwrap().strip_prefix("src").unwrap();
        let above: String =
            above.iter().map(|name| format!("{}::", name.to_str().unwrap())).collect();
        format!("crate::{above}")
    }

    fn name(place: &Path) -> &str {
        place.file_stem().unwrap().to_str().unwrap()
    }

    fn sources(place: &Path) -> Vec<PathBuf> {
        if place.is_file() {
            return vec![place.to_owned()];
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
                files.extend(sources(&path));
            }
        }
        files
    }

    /// The modules below `prefix` that a file names, comments left out.
    fn imports(file: &Path, prefix: &str) -> BTreeSet<String> {
        let text = fs::read_to_string(file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| line.split(prefix).skip(1))
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
            .filter(|name: &String| !name.is_empty())
            .collect()
    }

    #[test]
    fn a_folder_imports_only_from_those_that_its_row_names() {
        let rows = rows();
        assert!(rows.len() > 35, "the tables of folders were not found");
        for (place, allowed) in &rows {
            for file in sources(&root().join(place)) {
                for import in imports(&file, &prefix(place)) {
                    assert!(
                        import == name(place) || allowed.contains(&import),
                        "{} imports from {import}, which ARCHITECTURE.md does not allow {}",
                        file.display(),
                        place.display()
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_names_only_rows_below_it() {
        let rows = rows();
        for (nth, (place, allowed)) in rows.iter().enumerate() {
            let below = rows.iter().skip(nth + 1).map(|(below, _)| below);
            let below: BTreeSet<&str> = below
                .filter(|below| below.parent() == place.parent())
                .map(|row| name(row))
                .collect();
            for import in allowed {
                assert!(
                    below.contains(import.as_str()),
                    "{import} is not below {}",
                    place.display()
                );
            }
        }
    }

    #[test]
    fn every_folder_and_file_stands_in_its_table() {
        let rows = rows();
        for folder in ["src", "src/page", "src/engine"] {
            for entry in fs::read_dir(root().join(folder)).unwrap() {
                let entry = entry.unwrap().file_name();
                if ["main.rs", "lib.rs", "mod.rs"].iter().any(|file| entry == *file) {
                    continue;
                }
                let place = Path::new(folder).join(entry);
                let is_row = rows.iter().any(|(row, _)| *row == place);
                assert!(is_row, "{} is not in the table", place.display());
            }
        }
    }

    #[test]
    fn files_reach_out_of_a_folder_with_a_table_by_its_whole_path() {
        for folder in ["src/page", "src/engine"].map(|folder| root().join(folder)) {
            for file in sources(&folder) {
                let is_top = file.parent() == Some(&folder);
                let text = fs::read_to_string(&file).unwrap();
                let reaches = text.lines().filter(|line| {
                    let line = line.trim_start();
                    line.contains("super::super::") && !line.starts_with("//")
                        || line.starts_with("use super::") && (is_top || file.ends_with("mod.rs"))
                });
                // A module of tests stands in its file.
                let reaches: Vec<_> =
                    reaches.filter(|line| !line.contains("use super::*")).collect();
                assert!(reaches.is_empty(), "{}: {reaches:?}", file.display());
            }
        }
    }

    /// What `mod.rs` gives on to others stands in some folder, which an import has to name.
    #[test]
    fn files_of_the_engine_import_from_where_a_thing_stands() {
        for file in sources(&root().join("src/engine")) {
            let text = fs::read_to_string(&file).unwrap();
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let hides = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_lowercase());
            let hidden: Vec<_> =
                code.filter(|line| line.split("crate::engine::").skip(1).any(hides)).collect();
            assert!(hidden.is_empty(), "{}: {hidden:?}", file.display());
        }
    }

    #[test]
    fn home_and_near_know_each_other_by_their_messages_only() {
        for (stage, other) in [("home", "near"), ("near", "home")] {
            let files = sources(&root().join("src/stage").join(stage));
            for file in files
                .iter()
                .filter(|file| !file.components().any(|part| is_tests(part.as_os_str())))
            {
                let text = fs::read_to_string(file).unwrap();
                for import in [format!("stage::{other}::"), format!("super::{other}::")] {
                    assert!(!text.contains(&import), "{} imports {import}", file.display());
                }
            }
        }
    }

    fn is_tests(name: &std::ffi::OsStr) -> bool {
        name == "tests" || name == "tests.rs"
    }

    #[test]
    fn unsafe_code_stands_in_one_file_only() {
        for file in sources(&root().join("src")) {
            let text = fs::read_to_string(&file).unwrap();
            let has_unsafe = text.lines().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                code.contains("unsafe {")
                    || code.contains("unsafe fn")
                    || code.contains("unsafe impl")
            });
            assert!(!has_unsafe || file.ends_with("engine/ffi.rs"), "{}", file.display());
        }
    }
}
