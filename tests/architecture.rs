//! The table of folders in ARCHITECTURE.md is the truth about who imports whom.

#[cfg(test)]
mod folders {
    use std::collections::BTreeMap;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    /// The rows of the table: a folder or file of src, and what it may import from.
    fn table() -> BTreeMap<String, BTreeSet<String>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
        let mut rows = BTreeMap::new();
        for line in text.lines().filter(|line| line.starts_with("| `src/")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let names = |cell: &str| -> BTreeSet<String> {
                cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
            };
            let place = names(cells[1]).pop_first().unwrap();
            rows.insert(place, names(cells[3]));
        }
        rows
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

    /// The modules that a file names by `crate::`, comments left out.
    fn imports(file: &Path) -> BTreeSet<String> {
        let text = fs::read_to_string(file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.flat_map(|line| line.split("crate::").skip(1))
            .map(|rest| rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect())
            .filter(|name: &String| !name.is_empty())
            .collect()
    }

    #[test]
    fn a_folder_imports_only_from_those_that_the_table_names() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let table = table();
        assert!(table.len() > 8, "the table of folders was not found");
        for (place, allowed) in &table {
            let own = place.trim_start_matches("src/").trim_end_matches(".rs");
            for file in sources(&root.join(place)) {
                for import in imports(&file) {
                    assert!(
                        import == own || allowed.contains(&import),
                        "{} imports from {import}, which ARCHITECTURE.md does not allow {place}",
                        file.display()
                    );
                }
            }
        }
    }

    #[test]
    fn every_folder_of_src_stands_in_the_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let table = table();
        for entry in fs::read_dir(root.join("src")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name == "main.rs" || name == "lib.rs" {
                continue;
            }
            assert!(table.contains_key(&format!("src/{name}")), "src/{name} is not in the table");
        }
    }

    #[test]
    fn home_and_near_know_each_other_by_their_messages_only() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (stage, other) in [("home", "near"), ("near", "home")] {
            let files = sources(&root.join("src/stage").join(stage));
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
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in sources(&root.join("src")) {
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
