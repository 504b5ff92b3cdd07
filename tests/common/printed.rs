//! The spellings of all layouts, to render pages in.

use std::path::Path;

use proptest::sample::Index;

/// How the sites of a language print a page: every spelling that its layout has.
#[derive(Debug)]
pub struct Printed {
    pub language: String,
    pub published: Vec<String>,
    pub updated: Vec<String>,
    pub source: Vec<String>,
    pub author: Vec<String>,
    pub keywords: Vec<String>,
    pub markers: Vec<String>,
}

/// Of all built-in layouts; a label that a language has not is the English one.
pub fn printed() -> Vec<Printed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/layouts");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(entry.unwrap().path()).unwrap().parse::<toml::Table>().unwrap()
    };
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().map(read).collect();
    let english = files.iter().find(|file| file.get("language") == Some(&"en".into())).unwrap();
    let languages = files.iter().filter(|file| file.contains_key("label"));
    languages.map(|file| of_layout(file, english)).collect()
}

fn of_layout(file: &toml::Table, english: &toml::Table) -> Printed {
    let texts = |table: &toml::Value| -> Vec<String> {
        table["forms"]
            .as_array()
            .unwrap()
            .iter()
            .map(|form| form.as_str().unwrap().to_owned())
            .collect()
    };
    let labels = |field: &str| {
        let of = |file: &toml::Table| -> Vec<String> {
            let labels = file["label"].as_array().unwrap().iter();
            let labels = labels.filter(|label| {
                let no_colon = label.get("colon").is_some_and(|colon| *colon == false.into());
                label["field"].as_str() == Some(field) && !no_colon
            });
            labels.flat_map(texts).collect()
        };
        let own = of(file);
        if own.is_empty() { of(english) } else { own }
    };
    let alone = |marker: &&toml::Value| marker.get("alone") != Some(&false.into());
    Printed {
        language: file["language"].as_str().unwrap().to_owned(),
        published: labels("published"),
        updated: labels("updated"),
        source: labels("source"),
        author: labels("author"),
        keywords: labels("keywords"),
        markers: file["marker"].as_array().unwrap().iter().filter(alone).flat_map(texts).collect(),
    }
}

/// One of the spellings, and how it is closed.
pub fn label(forms: &[String], (nth, closed): (Index, usize)) -> String {
    format!("{}{}", nth.get(forms), [": ", " : ", ":\u{a0}", "： "][closed])
}
