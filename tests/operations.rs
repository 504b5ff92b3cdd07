//! What operators are given: alerts, their runbooks and their tests name each other, and what scripts make is what is
//! committed.

#[cfg(test)]
mod artefacts {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn files(folder: &str) -> Vec<PathBuf> {
        fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect()
    }

    /// What follows a mark in the lines of the files of a folder.
    fn after(folder: &str, mark: &str) -> Vec<String> {
        let texts = files(folder).into_iter().map(|file| fs::read_to_string(file).unwrap());
        let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
        lines.filter_map(|line| line.trim().strip_prefix(mark).map(str::to_owned)).collect()
    }

    fn alerts() -> BTreeSet<String> {
        let alerts: BTreeSet<String> =
            after("deploy/prometheus/rules", "- alert: ").into_iter().collect();
        assert!(alerts.len() > 25, "{alerts:?}");
        alerts
    }

    #[test]
    fn every_alert_has_a_runbook_of_its_name_and_links_to_it() {
        let books = files("docs/runbooks").into_iter().filter_map(|file| {
            let name = file.file_stem()?.to_str()?.to_owned();
            name.starts_with("Newsmill").then_some(name)
        });
        assert_eq!(books.collect::<BTreeSet<_>>(), alerts());
        let links: BTreeSet<String> =
            after("deploy/prometheus/rules", "runbook_url: ").into_iter().collect();
        let expected = alerts().iter().map(|alert| format!("docs/runbooks/{alert}.md")).collect();
        assert_eq!(links, expected);
    }

    #[test]
    fn every_alert_has_a_case_in_which_it_fires_and_one_in_which_it_is_silent() {
        let cases: BTreeSet<String> =
            after("deploy/prometheus/tests", "- name: ").into_iter().collect();
        for alert in alerts() {
            assert!(cases.contains(&format!("{alert} fires")), "{alert}");
            // It always fires.
            if alert != "NewsmillWatchdog" {
                assert!(cases.contains(&format!("{alert} is silent")), "{alert}");
            }
        }
    }

    #[test]
    fn every_alert_says_how_urgent_it_is() {
        let severities = after("deploy/prometheus/rules", "labels: { severity: ");
        let known =
            |text: &&String| ["page,", "ticket,", "none,"].iter().any(|it| text.starts_with(it));
        // An objective has two alerts of one name.
        assert_eq!(severities.iter().filter(known).count(), alerts().len() + 3);
    }

    #[test]
    fn the_contract_names_every_reason_of_a_dead_letter() {
        let contract = fs::read_to_string(root().join("docs/contracts/asyncapi.yaml")).unwrap();
        let reasons = newsmill::record::Reason::ALL.map(newsmill::record::Reason::name).join(", ");
        assert!(contract.contains(&format!("[{reasons}]")), "not [{reasons}]");
    }

    #[test]
    fn what_scripts_make_is_what_is_committed() {
        for script in ["deploy/prometheus/slo.py", "deploy/grafana/build.py"] {
            let output = Command::new("python3").arg(root().join(script)).arg("--check").output();
            let output = output.expect("python3 starts");
            assert!(output.status.success(), "{}", output.stderr.escape_ascii());
        }
    }
}
