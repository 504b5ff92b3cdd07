//! What documents, alerts and boards say of the metrics.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::*;
use crate::telemetry::metrics::catalogue::OF_PROCESS;
use crate::telemetry::metrics::family::Values;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib metrics` writes it anew.
#[test]
fn docs_metrics_is_made_from_the_catalogue() {
    let file = root().join("docs/metrics.md");
    let expected = page();
    if std::env::var_os("NEWSMILL_TEST_WRITE_DOCS").is_some() {
        fs::write(&file, &expected).unwrap();
    }
    assert!(fs::read_to_string(&file).unwrap_or_default() == expected, "docs/metrics.md is old");
}

fn page() -> String {
    let mut page = String::from(HEAD);
    for (section, families) in SECTIONS {
        write!(page, "\n## {section}\n\n| name | type | unit | labels | what it says |\n").unwrap();
        page.push_str("|---|---|---|---|---|\n");
        for Family { name, kind, unit, labels, help } in *families {
            let labels: Vec<String> =
                labels.iter().map(|it| format!("`{}` {}", it.name, words(it.values))).collect();
            let (kind, labels) = (kind.name(), labels.join("; "));
            let unit = format!("{unit:?}").to_lowercase();
            writeln!(page, "| `{name}` | {kind} | {unit} | {labels} | {help} |").unwrap();
        }
    }
    page.push_str(
        "\n## The process as the system sees it\n\n| name | type | what it says |\n|---|---|---|\n",
    );
    for (name, kind, help) in OF_PROCESS {
        writeln!(page, "| `{name}` | {kind} | {help} |").unwrap();
    }
    page
}

const HEAD: &str = "\
<!-- Made from src/telemetry/metrics/catalogue.rs: NEWSMILL_TEST_WRITE_DOCS=1 cargo test --lib metrics -->
# Metrics

Served at `/metrics` (`http.listen`, port 9464) in Prometheus' text format. Alerts and boards ask for nothing that is not
on this page; a test holds all three together.

Counters of what became of pages move when their transaction has committed, never before. So, of a process and at any
time, records add up (the alert `NewsmillConservationViolation` watches it):

```
newsmill_consumer_records_total = newsmill_batch_records_sum          committed
                                + newsmill_records_reprocessed_total  dropped, to be read again
                                + newsmill_inflight_records           between poll and commit
newsmill_record_e2e_latency_seconds_count = newsmill_records_total    each page has one end
```

Labels take their values from closed lists, or from the topics and partitions of the process. Series of a partition are
there while the process owns it. Counters and histograms begin at nought, so that a rate exists before the first event.
A timestamp of 0 is never. A process with twelve partitions a stage has at most 2,500 series.
";

fn words(values: Values) -> String {
    match values {
        Values::Words(words) => {
            let words: Vec<String> = words().iter().map(|word| format!("`{word}`")).collect();
            words.join(", ")
        }
        Values::Stages => "the stages".to_owned(),
        Values::StatefulStages => "the stages with a table".to_owned(),
        Values::Inboxes => "the topics that are read".to_owned(),
        Values::Outputs => "the topics that are written".to_owned(),
        Values::Partitions => "owned partitions".to_owned(),
        Values::Brokers => "numbers of brokers".to_owned(),
        Values::Sites => "the sites of the layouts, `other`".to_owned(),
        Values::Text => "one text".to_owned(),
    }
}

/// The files of alerts and boards.
fn queries() -> Vec<PathBuf> {
    ["deploy/prometheus/rules", "deploy/grafana/dashboards"]
        .iter()
        .flat_map(|folder| fs::read_dir(root().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

#[test]
fn alerts_and_boards_ask_only_for_families_that_there_are() {
    let is_part_of_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let known: BTreeSet<&str> =
        catalogue().map(|family| family.name).chain(OF_PROCESS.map(|(name, ..)| name)).collect();
    let mut asked = BTreeSet::new();
    for file in queries() {
        let text = fs::read_to_string(&file).unwrap();
        // A recorded series has colons in its name, and is made by a rule of the same files.
        for word in text.split(|c| !(is_part_of_name(c) || c == ':' || c == '-')) {
            let is_family = word.starts_with("newsmill_") || word.starts_with("process_");
            if !is_family || word.contains([':', '-']) {
                continue;
            }
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| word.strip_suffix(end).filter(|stem| known.contains(stem)))
                .unwrap_or(word);
            assert!(known.contains(family), "{} asks for {word}", file.display());
            asked.insert(family.to_owned());
        }
    }
    assert!(asked.len() > 40, "{asked:?}");
}
