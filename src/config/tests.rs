//! The configuration as a user meets it.

mod documented;

use super::*;

const DOCUMENTED: &str = include_str!("../../config/newsmill.toml");

fn read(text: &str, environment: &[(&str, &str)]) -> Result<(Config, Vec<Setting>), ConfigErrors> {
    let environment = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Config::read(Path::new("test.toml"), text, &environment)
}

fn complaints(text: &str) -> Vec<String> {
    let errors = read(text, &[]).expect_err("no complaint");
    errors.0.iter().map(|error| format!("{}: {}", error.place, error.message)).collect()
}

fn complaint(text: &str) -> String {
    let mut all = complaints(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

/// The documented file with every key that stands behind a `#` set.
fn with_every_key() -> String {
    let set = |line: &'static str| match line.strip_prefix('#') {
        Some(key) if key.contains(" = ") && !key.starts_with(' ') => key,
        _ => line,
    };
    DOCUMENTED.lines().map(set).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_documented_file_holds_the_defaults() {
    let (documented, _) = read(DOCUMENTED, &[]).unwrap();
    let (defaults, _) = read("", &[]).unwrap();
    assert_eq!(format!("{documented:#?}"), format!("{defaults:#?}"));
}

#[test]
fn the_documented_file_names_every_key_and_no_other() {
    let (_, settings) = read("", &[]).unwrap();
    let text = with_every_key();
    let table: toml::Table = text.parse().unwrap();
    for Setting { key, .. } in &settings {
        let mut at = Some(toml::Value::Table(table.clone()));
        for part in key.split('.') {
            at = at.and_then(|value| value.get(part).cloned());
        }
        assert!(at.is_some(), "{key} is not documented");
    }
    let unknown: Vec<_> = match read(&text, &[]) {
        Ok(_) => Vec::new(),
        Err(errors) => {
            errors.0.into_iter().filter(|error| error.message.contains("unknown")).collect()
        }
    };
    assert_eq!(unknown, []);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    let text = "app = \"x\"\n\n[engine]\ndrain_timout = \"5s\"\n";
    assert_eq!(
        complaint(text),
        "test.toml:4: unknown key engine.drain_timout; did you mean engine.drain_timeout?"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "app = \"No Good\"\n[engine]\nworkers = 0\nsession_timeout = 45\nnonsense = 1\n[log]\nlevel = []\n";
    let all = complaints(text);
    assert_eq!(all.len(), 5, "{all:#?}");
    for (line, word) in [(1, "app"), (3, "workers"), (4, "duration"), (5, "nonsense"), (7, "list")]
    {
        let place = format!("test.toml:{line}:");
        assert!(
            all.iter().any(|c| c.starts_with(&place) && c.contains(word)),
            "{place} {word} in {all:#?}"
        );
    }
}

#[test]
fn bad_toml_is_named_with_its_line_and_nothing_that_was_read_of_it_is_judged() {
    let said = complaint("\napp = \n[engine]\nworkers = 0\n");
    assert!(said.starts_with("test.toml:2: "), "{said}");
    for text in ["app = \"x\"\nkafka = [\n", "app \"x\"\n", "app = \"x\n", "[engine\nworkers = 2\n"]
    {
        let all = complaints(text);
        assert!(all.iter().all(|said| said.starts_with("test.toml:")), "{text:?}: {all:?}");
        assert!(all.iter().all(|said| !said.contains("unknown")), "{text:?}: {all:?}");
    }
}

#[test]
fn a_table_that_holds_nothing_must_be_a_table_that_there_is() {
    assert_eq!(complaint("[dedup]\n"), "test.toml:1: unknown table dedup; did you mean dedupe?");
    assert_eq!(
        complaint("[dedupe.treshold]\n"),
        "test.toml:1: unknown table dedupe.treshold; did you mean dedupe.thresholds?"
    );
    let all = "[kafka]\n[kafka.client]\n[kafka.sasl]\n[dedupe.thresholds]\n[input.fields]\n[log]\n";
    assert!(read(all, &[]).is_ok());
}

#[test]
fn what_is_like_no_key_has_no_hint_and_a_table_that_is_written_as_a_value_is_told() {
    assert_eq!(complaint("zzz = 1\n"), "test.toml:1: unknown key zzz");
    let table = "is a table: write [kafka], and its keys below it";
    for text in ["kafka = \"a:9092\"\n", "[[kafka]]\n"] {
        assert_eq!(complaint(text), format!("test.toml:1: kafka {table}"));
    }
}

#[test]
fn errors_are_said_in_the_order_of_their_lines() {
    let all = complaints("nonsense = 1\n[engine]\nworkers = 0\nmore = 1\n[http]\nlisten = 1\n");
    let lines = all.iter().map(|said| said.split(':').nth(1).unwrap()).collect::<Vec<_>>();
    assert_eq!(lines, ["1", "3", "4", "6"], "{all:?}");
}

#[test]
fn a_level_is_a_level_and_one_of_a_target_alone_leaves_the_others_as_they_are() {
    for nonsense in ["chatty", "librdkafka", "info,chatty", "librdkafka=chatty"] {
        let said = complaint(&format!("[log]\nlevel = \"{nonsense}\"\n"));
        assert!(said.contains("log.level is no level"), "{said}");
    }
    let level =
        |text: &str| read(&format!("[log]\nlevel = \"{text}\"\n"), &[]).unwrap().0.log.level;
    let ours = |text| level(text).targets.would_enable("newsmill::service", &tracing::Level::INFO);
    for (text, is_told) in
        [("librdkafka=debug", true), ("off", false), ("error", false), ("debug", true)]
    {
        assert_eq!(ours(text), is_told, "{text}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named_without_a_line() {
    let errors = Config::load(Some(Path::new("nofile.toml")), &Environment::default()).unwrap_err();
    assert!(
        errors.to_string().contains("\n  nofile.toml: cannot be read: No such file"),
        "{errors}"
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let variables = [("NEWSMILL__ENGINE__WORKERS", "7"), ("PATH", "/bin")];
    let (config, settings) = read("[engine]\nworkers = 3\n", &variables).unwrap();
    assert_eq!(config.engine.workers.get(), 7);
    let workers = settings.iter().find(|setting| setting.key == "engine.workers").unwrap();
    assert_eq!(workers.place, Place::Env("NEWSMILL__ENGINE__WORKERS".to_owned()));
    assert_eq!(workers.value.as_deref(), Some("7"));
}

#[test]
fn a_misspelt_variable_is_refused_with_the_nearest_name() {
    let refused = |name: &str| read("", &[(name, "7")]).unwrap_err().to_string();
    let means = |name: &str, meant: &str| {
        let said = format!(
            "1 error in the configuration\n  {name}: unknown variable; did you mean {meant}?"
        );
        assert_eq!(refused(name), said);
    };
    means("NEWSMILL__ENGINE__WORKER", "NEWSMILL__ENGINE__WORKERS");
    means("NEWSMILL_APP", "NEWSMILL__APP");
    means("NEWSMILL_ENGINE_DRAIN_TIMEOUT", "NEWSMILL__ENGINE__DRAIN_TIMEOUT");
    means("NEWSMILL__KAFKA_BOOTSTRAP_SERVERS", "NEWSMILL__KAFKA__BOOTSTRAP_SERVERS");
    means("NEWSMILL_KAFKA_SERVERS", "NEWSMILL__KAFKA__BOOTSTRAP_SERVERS");
    means("NEWSMILL__app", "NEWSMILL__APP");
    means("NEWSMILL_KAFKA_CLIENT_CLIENT_RACK", "NEWSMILL__KAFKA__CLIENT__CLIENT_RACK");
    let said = refused("NEWSMILL_ZZZ");
    assert!(
        said.ends_with("unknown variable; a key is written as NEWSMILL__SECTION__KEY"),
        "{said}"
    );
}

#[test]
fn times_that_do_not_fit_into_each_other_are_refused_with_the_reason() {
    let said = complaint("[engine]\ndrain_timeout = \"50s\"\n");
    assert!(said.starts_with("test.toml:2: engine.drain_timeout is 50s, which is more than engine.session_timeout (45s)"), "{said}");
}

#[test]
fn more_threads_than_any_machine_is_good_for_are_refused() {
    for key in ["engines", "workers"] {
        let said = complaint(&format!("[engine]\n{key} = 9223372036854775807\n"));
        assert!(said.contains(&format!("engine.{key} is more than 1024 threads")), "{said}");
    }
}

#[test]
fn a_page_may_not_fill_the_budget() {
    assert!(
        complaint("[engine]\nengines = 1\nmemory_budget = \"8 MiB\"\n")
            .contains("input.max_page_bytes")
    );
}

#[test]
fn a_field_must_be_a_json_pointer() {
    let said = complaint("[input.fields]\ntext = \"/outer/inner\"\nurl = \"link\"\n");
    assert!(said.starts_with("test.toml:3: input.fields.url is no JSON pointer"), "{said}");
}

#[test]
fn settings_that_exactly_once_rests_on_are_refused_with_the_reason() {
    for name in
        ["isolation.level", "group.id", "transactional.id", "enable.auto.commit", "sasl.password"]
    {
        let said = complaint(&format!("[kafka.client]\n\"{name}\" = \"x\"\n"));
        assert!(said.contains("is not yours to set: "), "{said}");
    }
    assert!(
        complaint("[kafka.client]\n\"client.rak\" = \"x\"\n").contains("did you mean client.rack?")
    );
}

#[test]
fn the_clients_own_settings_go_to_the_client_that_takes_them() {
    let text = "[kafka.client]\n\"client.rack\" = \"a\"\n\"linger.ms\" = 3\n";
    let (config, _) = read(text, &[("NEWSMILL__KAFKA__CLIENT__FETCH_MIN_BYTES", "9")]).unwrap();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert!(config.kafka.common_client_settings().contains(&pair("client.rack", "a")));
    assert_eq!(config.kafka.producer_settings(), [pair("linger.ms", "3")]);
    assert_eq!(config.kafka.consumer_settings(), [pair("fetch.min.bytes", "9")]);
}

#[test]
fn a_password_may_not_stand_in_the_file() {
    let text = "[kafka]\nsecurity_protocol = \"SASL_SSL\"\n[kafka.sasl]\nusername = \"u\"\npassword = \"hunter2\"\n";
    let all = complaints(text);
    let told = "kafka.sasl.password is a secret and may not stand here";
    assert!(all.iter().any(|said| said.contains(told)), "{all:?}");
    assert!(!all.iter().any(|said| said.contains("hunter2")), "{all:?}");
}

#[test]
fn a_password_is_shown_neither_by_debug_nor_among_the_settings() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hunter2\n").unwrap();
    let text = format!(
        "[kafka]\nsecurity_protocol = \"sasl_ssl\"\n[kafka.sasl]\nusername = \"u\"\npassword_file = {:?}\n",
        file.path()
    );
    let (config, settings) = read(&text, &[]).unwrap();
    let Some(Proof::Password { password, .. }) = config.kafka.sasl.as_ref().map(|it| &it.proof)
    else {
        panic!("no password: {:?}", config.kafka.sasl);
    };
    assert_eq!(password.reveal(), "hunter2");
    assert!(!format!("{config:?}{settings:?}").contains("hunter2"));
    let (_, settings) = read(
        "[kafka]\nsecurity_protocol = \"SASL_PLAINTEXT\"\n[kafka.sasl]\nusername = \"u\"\n",
        &[("NEWSMILL__KAFKA__SASL__PASSWORD", "hunter2")],
    )
    .unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_file_of_tokens_takes_the_place_of_a_password() {
    let section =
        "[kafka]\nsecurity_protocol = \"SASL_SSL\"\n[kafka.sasl]\nmechanism = \"OAUTHBEARER\"\n";
    let file = "token_file = \"/run/token\"\n";
    let (config, _) = read(&format!("{section}{file}"), &[]).unwrap();
    let settings = config.kafka.common_client_settings();
    for (key, value) in
        [("sasl.mechanism", "OAUTHBEARER"), ("sasl.oauthbearer.config", "/run/token")]
    {
        assert!(settings.contains(&(key.to_owned(), value.to_owned())), "{key}: {settings:?}");
    }
    assert!(complaint(section).contains("set kafka.sasl.token_file"));
    let idle = complaint("[kafka.sasl]\ntoken_file = \"/run/token\"\n");
    assert!(idle.contains("has no use unless kafka.security_protocol"), "{idle}");
    let two = complaint(&format!("{section}{file}username = \"us\"\n"));
    assert!(two.contains("no use where kafka.sasl.mechanism is OAUTHBEARER"), "{two}");
}

#[test]
fn two_topics_may_not_share_a_name() {
    let said = complaint("[topics]\nstories = \"articles.raw\"\n");
    assert!(said.contains("topics.stories is \"articles.raw\", and so is topics.raw"), "{said}");
    assert!(
        complaint("app = \"a\"\n[topics]\nraw = \"newsmill.a.home\"\n")
            .contains("kept for internal topics")
    );
}

#[test]
fn internal_topics_are_named_after_the_app() {
    let (config, _) = read("app = \"desk\"", &[]).unwrap();
    let specs = config.topic_specs();
    let spec = |name: &str| specs.iter().find(|spec| spec.name == name).unwrap();
    let inbox = spec("newsmill.desk.home");
    let state = spec("newsmill.desk.home.state");
    assert_eq!(inbox.partitions, state.partitions);
    assert!(inbox.settings.contains(&("message.timestamp.type", "LogAppendTime")));
    assert!(state.settings.contains(&("cleanup.policy", "compact")));
}

#[test]
fn near_duplicates_have_fewer_partitions_for_both_of_their_topics_a_quarter_unless_told() {
    let partitions = |text: &str, name: &str| {
        let (config, _) = read(text, &[]).unwrap();
        let specs = config.topic_specs();
        let spec =
            |end: &str| specs.iter().find(|spec| spec.name == format!("newsmill.d.{name}{end}"));
        let [inbox, state] =
            ["", ".state"].map(|end| spec(end).unwrap().partitions.unwrap().count.get());
        assert_eq!(inbox, state);
        inbox
    };
    let text = "app = \"d\"\n[dedupe]\nnear = \"related\"\n[topics]\npartitions_internal = 12\n";
    let fewer = format!("{text}partitions_near = 5\n");
    assert_eq!([text, &fewer].map(|text| partitions(text, "near")), [2, 5]);
    assert_eq!([text, &fewer].map(|text| partitions(text, "home")), [12, 12]);
    for (internal, near) in [(1, 1), (8, 1), (9, 2), (24, 3), (96, 12)] {
        let text = text.replace("12", &internal.to_string());
        assert_eq!(partitions(&text, "near"), near, "of {internal}");
    }
    let said = complaint("[topics]\npartitions_near = 10001\n");
    assert!(said.contains("topics.partitions_near is more than 10000"), "{said}");
}

#[test]
fn a_topic_is_told_how_it_differs_from_what_is_needed() {
    let (config, _) = read("", &[]).unwrap();
    let specs = config.topic_specs();
    let spec = |purpose| specs.iter().find(|spec| spec.purpose == purpose).unwrap();
    let standing = |partitions, settings: &[(&str, &str)]| topics::Standing {
        partitions,
        settings: settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    let state = standing(24, &[("cleanup.policy", "compact,delete")]);
    assert_eq!(
        spec(topics::Purpose::Changelog).differences(&state, None),
        ["cleanup.policy is compact,delete, should be compact"]
    );
    let state = standing(6, &[("cleanup.policy", "compact")]);
    assert_eq!(
        spec(topics::Purpose::Changelog).differences(&state, None),
        ["has 6 partitions, should have 24 (topics.partitions_internal)"]
    );
    let dead_letter =
        standing(1, &[("cleanup.policy", "delete"), ("max.message.bytes", "1048588")]);
    let spec = spec(topics::Purpose::DeadLetter);
    assert_eq!(
        spec.differences(&dead_letter, Some(1_048_588)),
        ["max.message.bytes is 1048588, should be 1114124 or more"]
    );
    assert_eq!(spec.differences(&dead_letter, Some(900_000)), [""; 0]);
}

#[test]
fn near_duplicates_need_an_inbox_and_a_changelog_of_their_own() {
    let names = |text: &str| -> Vec<String> {
        read(text, &[]).unwrap().0.topic_specs().into_iter().map(|spec| spec.name).collect()
    };
    assert!(!names("").contains(&"newsmill.newsmill.near".to_owned()));
    for near in ["related", "all"] {
        let names = names(&format!("[dedupe]\nnear = \"{near}\""));
        for topic in ["newsmill.newsmill.near", "newsmill.newsmill.near.state"] {
            assert!(names.contains(&topic.to_owned()));
        }
    }
}

#[test]
fn thresholds_are_per_cents_and_each_strength_asks_for_as_much_as_the_next() {
    let said = complaint("[dedupe.thresholds]\nnear_jaccard = 85\n");
    let expected =
        "dedupe.thresholds.near_jaccard is 85, more than dedupe.thresholds.duplicate_jaccard (80)";
    assert!(said.contains(expected), "{said}");
    let said = complaint("[dedupe.thresholds]\nloose_containment = 80\n");
    assert!(said.contains("loose_containment is 80"), "{said}");
    for nonsense in ["0", "101", "0.8", "\"near\""] {
        let said = complaint(&format!("[dedupe.thresholds]\nloose_jaccard = {nonsense}\n"));
        assert!(said.contains("is no per cent"), "{said}");
    }
    assert!(complaint("[dedupe]\nnear_keys = 3\n").contains("is none of 2, 4, 6"));
}
