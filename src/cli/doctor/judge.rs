//! What is made of what brokers and topics say: pure, so that each finding has a test.

use std::collections::BTreeMap;
use std::time::Duration;

use super::finding::Finding;
use crate::cli::counted;
use crate::config::topics::{Partitions, Purpose, Standing, TopicSpec};
use crate::config::{CertificateKind, Config, Engine, Sasl};
use crate::engine::examine::Replication;

/// A group that nobody is a member of forgets its offsets after `offsets.retention.minutes`; a week is Kafka's default.
const GROUP_KEPT_MINUTES: i64 = 7 * 24 * 60;

/// Clocks that differ by more make ages and lags wrong, and page times are capped by the brokers' clock.
const CLOCK_DIFFERENCE: Duration = Duration::from_secs(5);

/// A certificate that ends sooner, in seconds, should be replaced: NewsmillCertificateExpiring says so too.
const CERTIFICATE_LEFT: i64 = 14 * 86_400;

/// What a broker must answer for exactly once to hold, as Kafka numbers its requests: the number, the name, the least
/// version, and what that version brought. All of it came with Kafka 2.5 at the latest.
const NEEDED: [(i16, &str, i16, &str); 5] = [
    (1, "Fetch", 4, "read_committed"),
    (9, "OffsetFetch", 7, "offsets that no open transaction may still change"),
    (19, "CreateTopics", 4, "the brokers' own number of copies"),
    (22, "InitProducerId", 3, "a producer that goes on after an abort"),
    (28, "TxnOffsetCommit", 3, "offsets that only a member of the group may commit"),
];

type Settings = BTreeMap<String, String>;

/// What a broker's settings mean for ours.
pub(super) fn broker(id: i32, settings: &Settings, engine: &Engine) -> Vec<Finding> {
    let subject = format!("broker {id}");
    let number = |name: &str| settings.get(name).and_then(|value| value.parse::<i64>().ok());
    let ms = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let (transaction, session) = (ms(engine.transaction_timeout), ms(engine.session_timeout));
    let mut findings = Vec::new();
    let mut bound = |name: &str, key: &str, ours: i64, is_most: bool| {
        let Some(theirs) = number(name) else { return };
        if (is_most && ours > theirs) || (!is_most && ours < theirs) {
            let (word, way) = if is_most { ("at most", "lower") } else { ("at least", "raise") };
            findings.push(Finding::wrong(
                subject.clone(),
                format!("{name} is {theirs}: it takes {word} that, and {key} is {ours} ms"),
                format!("{way} {key}, or change {name} on the brokers"),
            ));
        }
    };
    bound("transaction.max.timeout.ms", "engine.transaction_timeout", transaction, true);
    bound("group.max.session.timeout.ms", "engine.session_timeout", session, true);
    bound("group.min.session.timeout.ms", "engine.session_timeout", session, false);
    if let Some(minutes) = number("offsets.retention.minutes")
        && minutes < GROUP_KEPT_MINUTES
    {
        findings.push(Finding::doubt(
            subject.clone(),
            format!("offsets.retention.minutes is {minutes}: stopped for longer, newsmill would begin at the beginning"),
            format!("set offsets.retention.minutes to {GROUP_KEPT_MINUTES} or more"),
        ));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(subject, "takes our transactions and sessions"));
    }
    findings
}

/// What a broker answers, by the number of each request its greatest version; `None` where it did not say.
pub(super) fn versions(id: i32, greatest: Option<&BTreeMap<i16, i16>>) -> Finding {
    let subject = format!("protocol of broker {id}");
    let Some(greatest) = greatest else {
        let said = "it did not say which requests it answers";
        return Finding::doubt(subject, said, "look whether it can be reached from here");
    };
    let version = |number: i16| greatest.get(&number).copied();
    let old = |(number, _, least, _): &&(i16, &str, i16, &str)| version(*number) < Some(*least);
    if let Some((number, name, least, brought)) = NEEDED.iter().find(old) {
        let has =
            version(*number).map_or_else(|| "not at all".to_owned(), |it| format!("up to {it}"));
        let said = format!("answers {name} {has}; version {least} brought {brought}");
        return Finding::wrong(subject, said, "take brokers of Kafka 2.5 or later");
    }
    let all = NEEDED.iter().filter_map(|(number, name, ..)| Some((name, version(*number)?)));
    let said: Vec<String> = all.map(|(name, version)| format!("{name} {version}")).collect();
    Finding::ok(subject, format!("answers up to {}", said.join(", ")))
}

/// What the state of a topic means.
pub(super) fn topic(
    spec: &TopicSpec,
    standing: Option<(&Standing, &Replication)>,
    raw: Option<usize>,
    brokers: usize,
) -> Vec<Finding> {
    let Some((standing, replication)) = standing else {
        return vec![Finding::wrong(&spec.name, "is missing", "newsmill topics create")];
    };
    let mut findings: Vec<Finding> = spec
        .differences(standing, raw)
        .into_iter()
        .map(|difference| {
            let fix = fix_of(spec, &difference);
            Finding::wrong(&spec.name, difference, fix)
        })
        .collect();
    if !replication.leaderless.is_empty() {
        let said = format!("nobody leads partitions {:?}", replication.leaderless);
        findings.push(Finding::wrong(&spec.name, said, "bring the brokers that have them back"));
    }
    if !replication.behind.is_empty() {
        let said = format!("copies of partitions {:?} are not in step", replication.behind);
        findings.push(Finding::doubt(&spec.name, said, "look at the brokers that lag"));
    }
    if brokers > 1 && replication.copies < 2 {
        let fix = "add copies with kafka-reassign-partitions.sh; new topics: topics create --replication-factor 3";
        findings.push(Finding::doubt(&spec.name, "has one copy: a lost disk is lost data", fix));
    }
    let in_step = standing.settings.get("min.insync.replicas").and_then(|it| it.parse().ok());
    if in_step.is_some_and(|least: usize| least > replication.copies) {
        let said = format!("min.insync.replicas is more than its {} copies", replication.copies);
        let fix = configure(&spec.name, "min.insync.replicas=1");
        findings.push(Finding::wrong(&spec.name, said, fix));
    }
    if findings.is_empty() {
        let partitions = counted(standing.partitions, "partition");
        let copies = if replication.copies == 1 { "copy" } else { "copies" };
        let said = format!("{partitions}, {} {copies}", replication.copies);
        findings.push(Finding::ok(&spec.name, said));
    }
    findings
}

fn fix_of(spec: &TopicSpec, difference: &str) -> String {
    if let (Some(Partitions { key, .. }), true) = (spec.partitions, difference.starts_with("has "))
    {
        return format!(
            "it cannot be changed: set {key} to what there is, or take another `app` name and replay the pages"
        );
    }
    // "cleanup.policy is delete, should be compact"
    let name = difference.split(' ').next().unwrap_or_default();
    let value = difference.rsplit_once("should be ").map_or("", |(_, value)| value);
    configure(&spec.name, &format!("{name}={}", value.trim_end_matches(" or more")))
}

fn configure(topic: &str, setting: &str) -> String {
    format!(
        "kafka-configs.sh --alter --entity-type topics --entity-name {topic} --add-config {setting}"
    )
}

/// Whether what waits is kept as long as what comes of it.
pub(super) fn retention(
    specs: &[TopicSpec],
    standing: &BTreeMap<String, Standing>,
) -> Vec<Finding> {
    let kept = |purpose| {
        let spec = specs.iter().find(|spec| spec.purpose == purpose)?;
        Some((spec.name.as_str(), standing.get(&spec.name)?.retention()))
    };
    match (kept(Purpose::Input), kept(Purpose::DeadLetter)) {
        (Some((_, Some(raw))), Some((letters, Some(kept)))) if kept < raw => vec![Finding::doubt(
            letters,
            "dead letters are kept for less long than pages",
            configure(letters, &format!("retention.ms={}", raw.as_millis())),
        )],
        _ => Vec::new(),
    }
}

/// How far the brokers' clock is ahead of ours.
pub(super) fn clock(ahead_ms: i64) -> Finding {
    let way = if ahead_ms < 0 { "behind" } else { "ahead of" };
    let said = format!("the brokers' is {} ms {way} this one", ahead_ms.unsigned_abs());
    if Duration::from_millis(ahead_ms.unsigned_abs()) > CLOCK_DIFFERENCE {
        Finding::doubt("clock", said, "set both by NTP: ages and lags are wrong by as much")
    } else {
        Finding::ok("clock", said)
    }
}

/// What the newest record says that brokers stamped themselves, where nothing was written to find out: it was written by
/// now, so their clock is not behind by more than its age. `None` where there is no such record.
pub(super) fn clock_at_least(newest_ago_ms: Option<i64>) -> Finding {
    let measure = "`newsmill doctor --write` measures it";
    match newest_ago_ms {
        None => Finding::ok("clock", format!("nothing tells the brokers' yet; {measure}")),
        Some(ago) if ago < 0 && Duration::from_millis(ago.unsigned_abs()) > CLOCK_DIFFERENCE => {
            let said = format!("the brokers' is {} ms ahead of this one, at least", -ago);
            Finding::doubt("clock", said, "set both by NTP: ages and lags are wrong by as much")
        }
        Some(ago) => {
            let said = format!(
                "the brokers' is not behind this one by more than {} ms; {measure}",
                ago.max(0)
            );
            Finding::ok("clock", said)
        }
    }
}

/// How long a certificate still holds, in seconds, or why that is not known.
pub(super) fn certificate(kind: CertificateKind, left: Result<i64, String>) -> Finding {
    let (subject, fix) = match kind {
        CertificateKind::Client => ("our certificate", "put a fresh one into kafka.tls.cert_file"),
        CertificateKind::Authorities => (
            "the authorities",
            "put those that sign the brokers' certificates into kafka.tls.ca_file",
        ),
    };
    let fix = format!("{fix} and start newsmill again");
    match left {
        Err(why) => Finding::wrong(subject, why, fix),
        Ok(left) if left <= 0 => Finding::wrong(subject, "ended", fix),
        Ok(left) if left < CERTIFICATE_LEFT => {
            Finding::doubt(subject, format!("ends in {} hours", left / 3_600), fix)
        }
        Ok(left) => Finding::ok(subject, format!("holds for {} days", left / 86_400)),
    }
}

/// The right that is missing, as a command.
pub(super) fn acl(config: &Config, operation: &str, resource: &str) -> String {
    let user = config.kafka.sasl.as_ref().map_or("ANONYMOUS", Sasl::user);
    format!("kafka-acls.sh --add --allow-principal User:{user} --operation {operation} {resource}")
}

#[cfg(test)]
mod tests {
    use super::super::finding::Level;
    use super::*;
    use crate::config::Environment;

    fn config() -> Config {
        Config::load(None, &Environment::default()).unwrap()
    }

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn levels(findings: &[Finding]) -> Vec<Level> {
        findings.iter().map(|finding| finding.level).collect()
    }

    #[test]
    fn a_broker_that_refuses_our_times_is_found_with_the_key_to_change() {
        let engine = config().engine;
        let fine = settings(&[("transaction.max.timeout.ms", "900000")]);
        assert_eq!(levels(&broker(1, &fine, &engine)), [Level::Ok]);
        for (name, value, key) in [
            ("transaction.max.timeout.ms", "20000", "engine.transaction_timeout"),
            ("group.max.session.timeout.ms", "30000", "engine.session_timeout"),
            ("group.min.session.timeout.ms", "60000", "engine.session_timeout"),
        ] {
            let findings = broker(1, &settings(&[(name, value)]), &engine);
            assert_eq!(levels(&findings), [Level::Wrong], "{name}");
            assert!(findings[0].fix.as_ref().unwrap().contains(key), "{findings:?}");
        }
        let short = settings(&[("offsets.retention.minutes", "60")]);
        assert_eq!(levels(&broker(1, &short, &engine)), [Level::Doubt]);
    }

    fn spec(purpose: Purpose) -> TopicSpec {
        config().topic_specs().into_iter().find(|spec| spec.purpose == purpose).unwrap()
    }

    fn three() -> Replication {
        Replication { copies: 3, ..Replication::default() }
    }

    #[test]
    fn a_topic_says_what_is_wrong_and_the_command_that_mends_it() {
        let spec = spec(Purpose::Changelog);
        let standing =
            Standing { partitions: 24, settings: settings(&[("cleanup.policy", "delete")]) };
        let findings = topic(&spec, Some((&standing, &three())), None, 3);
        assert_eq!(levels(&findings), [Level::Wrong]);
        let fix = findings[0].fix.as_ref().unwrap();
        assert!(fix.ends_with("--add-config cleanup.policy=compact"), "{fix}");
        let few = Standing { partitions: 6, settings: settings(&[("cleanup.policy", "compact")]) };
        let findings = topic(&spec, Some((&few, &three())), None, 3);
        assert!(findings[0].fix.as_ref().unwrap().contains("another `app` name"), "{findings:?}");
        assert_eq!(topic(&spec, None, None, 3)[0].fix.as_deref(), Some("newsmill topics create"));
    }

    #[test]
    fn copies_that_are_few_or_not_in_step_are_doubts_and_no_leader_is_wrong() {
        let spec = spec(Purpose::Input);
        let standing = Standing { partitions: 6, ..Standing::default() };
        let of = |replication: Replication, brokers| {
            levels(&topic(&spec, Some((&standing, &replication)), None, brokers))
        };
        assert_eq!(of(three(), 3), [Level::Ok]);
        assert_eq!(of(Replication { behind: vec![1], ..three() }, 3), [Level::Doubt]);
        assert_eq!(of(Replication { leaderless: vec![1], ..three() }, 3), [Level::Wrong]);
        assert_eq!(of(Replication { copies: 1, ..three() }, 3), [Level::Doubt]);
        assert_eq!(of(Replication { copies: 1, ..three() }, 1), [Level::Ok], "there is one broker");
    }

    #[test]
    fn dead_letters_should_be_kept_as_long_as_pages() {
        let config = config();
        let kept = |ms: &str| Standing {
            partitions: 1,
            settings: settings(&[("cleanup.policy", "delete"), ("retention.ms", ms)]),
        };
        let standing = |raw: &str, letters: &str| {
            BTreeMap::from([
                (config.topics.raw.clone(), kept(raw)),
                (config.topics.dead_letter.clone(), kept(letters)),
            ])
        };
        let specs = config.topic_specs();
        assert_eq!(levels(&retention(&specs, &standing("100", "50"))), [Level::Doubt]);
        assert_eq!(levels(&retention(&specs, &standing("100", "100"))), []);
        assert_eq!(levels(&retention(&specs, &standing("100", "-1"))), [], "for ever");
    }

    #[test]
    fn clocks_may_differ_by_a_little() {
        assert_eq!(clock(-4_000).level, Level::Ok);
        assert_eq!(clock(6_000).level, Level::Doubt);
    }

    #[test]
    fn a_record_from_the_future_tells_a_clock_that_is_ahead_and_an_old_one_tells_nothing() {
        assert_eq!(clock_at_least(None).level, Level::Ok);
        assert_eq!(clock_at_least(Some(3_600_000)).level, Level::Ok);
        assert_eq!(clock_at_least(Some(-4_000)).level, Level::Ok);
        let ahead = clock_at_least(Some(-60_000));
        assert_eq!(ahead.level, Level::Doubt);
        assert!(ahead.said.contains("60000 ms ahead"), "{ahead:?}");
    }

    #[test]
    fn a_broker_that_is_too_old_is_found_by_the_request_that_it_does_not_answer() {
        let mut greatest: BTreeMap<i16, i16> = NEEDED.iter().map(|it| (it.0, it.2)).collect();
        let good = versions(1, Some(&greatest));
        assert_eq!(good.level, Level::Ok);
        assert!(good.said.contains("TxnOffsetCommit 3"), "{good:?}");
        greatest.insert(28, 2);
        let old = versions(1, Some(&greatest));
        assert_eq!(old.level, Level::Wrong);
        assert!(old.said.starts_with("answers TxnOffsetCommit up to 2"), "{old:?}");
        greatest.remove(&28);
        assert!(versions(1, Some(&greatest)).said.contains("not at all"));
        assert_eq!(versions(1, None).level, Level::Doubt);
    }

    #[test]
    fn a_certificate_that_ends_soon_is_a_doubt_and_one_that_ended_is_wrong() {
        let level = |left| certificate(CertificateKind::Client, left).level;
        assert_eq!(level(Ok(15 * 86_400)), Level::Ok);
        assert_eq!(level(Ok(13 * 86_400)), Level::Doubt);
        assert_eq!(level(Ok(0)), Level::Wrong);
        assert_eq!(level(Err("is no PEM file".to_owned())), Level::Wrong);
    }
}
