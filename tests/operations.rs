//! What operators are given: alerts, their runbooks and their tests name each other, and what scripts make is what is
//! committed.

#[cfg(test)]
mod artefacts {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};
    use std::process::Command;

    use newsmill::config::{Config, Environment};

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
        // Each of four objectives has two alerts of one name, and so has an outage: of one process, and of all.
        assert_eq!(severities.iter().filter(known).count(), alerts().len() + 5);
    }

    #[test]
    fn the_contract_names_every_reason_of_a_dead_letter() {
        let contract = fs::read_to_string(root().join("docs/contracts/asyncapi.yaml")).unwrap();
        let reasons = newsmill::record::Reason::ALL.map(newsmill::record::Reason::name).join(", ");
        assert!(contract.contains(&format!("[{reasons}]")), "not [{reasons}]");
    }

    /// Every event that the source logs, with its level: `tracing::warn!(… event = "…"`.
    fn logged(folder: &Path, events: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                logged(&path, events);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for call in text.split("tracing::").skip(1) {
                let Some((level, rest)) = call.split_once("!(") else { continue };
                if !["trace", "debug", "info", "warn", "error"].contains(&level) {
                    continue;
                }
                let said = rest.split(';').next().unwrap_or_default();
                let event = said.split_once("event = ");
                let (_, event) = event.unwrap_or_else(|| panic!("{path:?} logs without: {said}"));
                let event = event.trim_start_matches('"').split(['"', ',', ')']).next().unwrap();
                events.insert(match event {
                    "CLIENT_LIBRARY" | "client_library" => "client_library by line".to_owned(),
                    event => format!("{event} {level}"),
                });
            }
        }
    }

    #[test]
    fn every_event_of_the_log_is_in_the_list_with_its_level_and_no_line_is_without_one() {
        let mut events = BTreeSet::new();
        logged(&root().join("src"), &mut events);
        let page = fs::read_to_string(root().join("docs/events.md")).unwrap();
        let listed = page.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            let (event, level) = (cells.next()?.strip_suffix('`')?, cells.next()?);
            let levels = ["debug", "info", "warn", "error", "by line"];
            levels.contains(&level).then(|| format!("{event} {level}"))
        });
        assert_eq!(events, listed.collect());
    }

    /// The lines that a script of deploy/kafka prints.
    fn printed(script: &str, args: &[&str]) -> Vec<String> {
        let script = root().join("deploy/kafka").join(script);
        let output = Command::new("sh").arg(script).args(args).output().expect("sh starts");
        assert!(output.status.success(), "{}", output.stderr.escape_ascii());
        let text = String::from_utf8(output.stdout).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_topics_that_scripts_make_are_those_that_newsmill_wants() {
        let near = Environment::default().with("dedupe.near", "related");
        let config = Config::load(None, &near).unwrap();
        let mut made = printed("topics.sh", &["broker:9092"]);
        for spec in config.topic_specs() {
            let topic = format!("--topic {} ", spec.name);
            let at = made.iter().position(|line| line.contains(&topic)).expect(&spec.name);
            let line = made.remove(at);
            for (key, value) in &spec.settings {
                assert!(line.contains(&format!("--config {key}={value}")), "{key}: {line}");
            }
            let partitions = spec.partitions.map_or(24, |partitions| partitions.count.get());
            assert!(line.contains(&format!("--partitions {partitions} ")), "{line}");
        }
        assert_eq!(made, Vec::<String>::new(), "nobody wants these");
        let strimzi = printed("strimzi.sh", &["cluster"]);
        let count = |line: &str| strimzi.iter().filter(|it| it.trim_start() == line).count();
        assert_eq!(count("kind: KafkaTopic"), config.topic_specs().len());
        assert_eq!(count("kind: KafkaUser"), 1);
        let rights = strimzi.iter().filter(|line| line.contains("- resource:")).count();
        assert_eq!(rights, printed("acls.sh", &["broker:9092", "newsmill"]).len());
    }

    /// `echo` would make line breaks of its `\n` in some shells.
    #[test]
    fn the_page_that_a_new_user_is_told_to_send_is_one_record_in_any_shell() {
        let told = fs::read_to_string(root().join("docs/operations.md")).unwrap();
        let line = told.lines().map(str::trim).find(|line| line.starts_with("printf ")).unwrap();
        let newsmill = env!("CARGO_BIN_EXE_newsmill");
        let mut command = Command::new("sh");
        command.args(["-c", &format!("{line} {newsmill} normalize")]);
        let output = command.output().expect("sh starts");
        let made = String::from_utf8(output.stdout).expect("text");
        assert_eq!(made.lines().count(), 1, "{}", output.stderr.escape_ascii());
        assert!(made.contains(r#""headline":"Sea wall repaired""#), "{made}");
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
