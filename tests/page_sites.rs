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

    #[test]
    fn the_order_of_files_and_rules_changes_nothing() {
        let texts = [
            include_str!("pages/seed.txt"),
            include_str!("pages/ar_updated.txt"),
            include_str!("pages/en_middle.txt"),
            include_str!("pages/fr_flat.txt"),
            include_str!("pages/fa_links.txt"),
            include_str!("pages/ru_teaser.txt"),
            PAGE,
        ];
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/layouts");
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            files.push((name, turned(&std::fs::read_to_string(path).unwrap())));
        }
        let files: Vec<_> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let (_dir, layouts) = with(&files);
        assert!(layouts.files().iter().all(|file| !file.builtin));
        for text in texts {
            for language in [None, Some("ar"), Some("en")] {
                let context = Context { language, ..context(None) };
                assert_eq!(
                    read(text, &layouts, &context),
                    read(text, Layouts::builtin(), &context)
                );
            }
        }
    }

    /// A layout file with its tables in the opposite order, and the forms of each too.
    fn turned(text: &str) -> String {
        let mut file: toml::Table = toml::from_str(text).unwrap();
        for tables in ["marker", "label", "furniture", "plain", "site"] {
            if let Some(toml::Value::Array(tables)) = file.get_mut(tables) {
                tables.reverse();
                for table in tables {
                    if let Some(toml::Value::Array(forms)) = table.get_mut("forms") {
                        forms.reverse();
                    }
                }
            }
        }
        toml::to_string(&file).unwrap()
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
