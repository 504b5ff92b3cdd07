//! Layouts of single sites, and layouts that a user adds.

#[cfg(test)]
mod sites {
    use std::path::Path;

    use newsmill::page::{Context, Layouts, explain, read};
    use newsmill::record::{RelatedKind, Warning};

    const SITE: &str = r#"
[[site]]
hosts = ["valley-gazette.example"]
headline_suffixes = ["| Valley Gazette"]
order = "month_first"
earliest_year = 1950

[[site.marker]]
name = "from-our-desk"
forms = ["From our desk"]
start = "always"
"#;

    const PAGE: &str = "Frost takes the harvest | Valley Gazette\n\
    Published: 3/5/2024\n\
    Late frost took half of the harvest in the valley, the growers said on Tuesday.\n\
    From our desk Orchard owners ask for help\n\
    Frost came two weeks later than in other years, the growers said.";

    fn with(files: &[(&str, &str)]) -> (tempfile::TempDir, Layouts) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let layouts = Layouts::load(dir.path()).unwrap();
        (dir, layouts)
    }

    fn context(host: Option<&'static str>) -> Context<'static> {
        Context { page_time_ms: 1_767_225_600_000, language: Some("en"), host, learning: None }
    }

    #[test]
    fn the_rules_of_a_site_hold_on_its_pages() {
        let (_dir, layouts) = with(&[("mine.toml", SITE)]);
        let context = context(Some("www.valley-gazette.example"));
        let page = read(PAGE, &layouts, &context);
        assert_eq!(page.headline.as_deref(), Some("Frost takes the harvest"));
        assert_eq!(page.furniture, ["| Valley Gazette"]);
        assert_eq!(page.published.unwrap().at.as_deref(), Some("2024-03-05T00:00:00Z"));
        assert_eq!(page.warnings, []);
        assert_eq!(page.body.len(), 2);
        assert_eq!(page.related.len(), 1);
        assert_eq!(page.related[0].kind, RelatedKind::Link);
        assert_eq!(page.related[0].headline.as_deref(), Some("Orchard owners ask for help"));
        let explained = explain(PAGE, &layouts, &context);
        let marker =
            explained.lines.iter().find_map(|line| line.rule.as_ref().filter(|_| line.line == 4));
        let marker = marker.unwrap();
        assert_eq!(
            (marker.file.as_str(), marker.name.as_str()),
            ("mine.toml", "valley-gazette.example: from-our-desk")
        );
    }

    #[test]
    fn the_rules_of_a_site_hold_nowhere_else() {
        let (_dir, layouts) = with(&[("mine.toml", SITE)]);
        for host in [None, Some("hill-gazette.example")] {
            let context = context(host);
            let page = read(PAGE, &layouts, &context);
            assert_eq!(page, read(PAGE, Layouts::builtin(), &context));
            assert_eq!(page.headline.as_deref(), Some("Frost takes the harvest | Valley Gazette"));
            assert_eq!(page.warnings, [Warning::DateAmbiguous]);
            assert_eq!((page.body.len(), page.related.len()), (3, 0));
        }
    }

    #[test]
    fn a_longer_form_of_another_site_hides_no_form_of_the_language() {
        let site = "[[site]]\nhosts = [\"a.example\"]\n[[site.marker]]\nname = \"m\"\nforms = [\"Read also on our pages\"]\n";
        let (_dir, layouts) = with(&[("mine.toml", site)]);
        let text =
            "A headline\nThe only paragraph of the page.\nRead also: on our pages a bridge opens";
        let longer = "A headline\nThe only paragraph of the page.\nRead also on our pages";
        for text in [text, longer] {
            let context = context(None);
            assert_eq!(read(text, &layouts, &context), read(text, Layouts::builtin(), &context));
        }
    }

    /// The golden pages.
    fn pages() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
        let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let pages = paths.filter(|path| path.extension().is_some_and(|end| end == "txt"));
        pages.map(|path| std::fs::read_to_string(path).unwrap()).chain([PAGE.to_owned()]).collect()
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(8))]

        #[test]
        fn the_order_of_files_rules_and_forms_changes_nothing(seed in proptest::prelude::any::<u64>()) {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/layouts");
            let dir = tempfile::tempdir().unwrap();
            let mut seed = seed;
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let text = shuffled(&std::fs::read_to_string(&path).unwrap(), &mut seed);
                std::fs::write(dir.path().join(path.file_name().unwrap()), text).unwrap();
            }
            let layouts = Layouts::load(dir.path()).unwrap();
            proptest::prop_assert!(layouts.files().iter().all(|file| !file.builtin));
            for text in pages() {
                for language in [None, Some("ar"), Some("en"), Some("hi")] {
                    let context = Context { language, ..context(None) };
                    let builtin = read(&text, Layouts::builtin(), &context);
                    proptest::prop_assert_eq!(read(&text, &layouts, &context), builtin);
                }
            }
        }
    }

    /// A layout file with its tables, and the forms of each, in another order.
    fn shuffled(text: &str, seed: &mut u64) -> String {
        let mut file: toml::Table = toml::from_str(text).unwrap();
        for tables in ["marker", "label", "furniture", "plain", "site"] {
            if let Some(toml::Value::Array(tables)) = file.get_mut(tables) {
                shuffle(tables, seed);
                for table in tables {
                    if let Some(toml::Value::Array(forms)) = table.get_mut("forms") {
                        shuffle(forms, seed);
                    }
                }
            }
        }
        toml::to_string(&file).unwrap()
    }

    /// Fisher and Yates, by xorshift64.
    fn shuffle(values: &mut [toml::Value], seed: &mut u64) {
        for at in (1..values.len()).rev() {
            *seed = (*seed).max(1);
            *seed ^= *seed << 13;
            *seed ^= *seed >> 7;
            *seed ^= *seed << 17;
            values.swap(at, usize::try_from(*seed % (at as u64 + 1)).unwrap());
        }
    }

    #[test]
    fn a_date_long_ago_is_a_doubt_but_where_the_site_says_otherwise() {
        let page = "A headline\nPublished: 13 May 1961\nThe only paragraph of the page.";
        let (_dir, layouts) = with(&[("mine.toml", SITE)]);
        let elsewhere = read(page, &layouts, &context(None)).warnings;
        assert_eq!(elsewhere, [Warning::DateTooEarly]);
        let here = read(page, &layouts, &context(Some("valley-gazette.example"))).warnings;
        assert_eq!(here, []);
    }
}
