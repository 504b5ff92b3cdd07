//! Commands as somebody meets them who has never seen one: what is wrong is said once, with the way out, and the exit code is
//! the documented one.

#[cfg(test)]
mod commands {
    use std::process::{Command, Output, Stdio};
    use std::time::Instant;

    /// Nobody listens there: a port that only the system may give away, of a service that nobody runs.
    const NOWHERE: &str = "127.0.0.1:1";

    fn newsmill(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
        command.args(arguments).envs(variables.iter().copied()).stdin(Stdio::null());
        command.output().unwrap()
    }

    fn said(output: &Output) -> String {
        String::from_utf8(output.stderr.clone()).unwrap()
    }

    #[test]
    fn a_command_without_a_broker_says_so_once_and_what_to_do_and_soon() {
        let commands: [&[&str]; 7] = [
            &["doctor"],
            &["topics", "create"],
            &["dead-letter", "list"],
            &["dead-letter", "show", "articles.raw:0:1"],
            &["dead-letter", "export"],
            &["dead-letter", "replay"],
            &["explain", "articles.raw:0:1"],
        ];
        let begun = Instant::now();
        let running = commands.map(|arguments| {
            std::thread::spawn(move || {
                let variables = [("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", NOWHERE)];
                (arguments, newsmill(arguments, &variables))
            })
        });
        for (arguments, output) in running.map(|thread| thread.join().unwrap()) {
            let said = said(&output);
            assert_eq!(output.status.code(), Some(75), "{arguments:?}: {said}");
            let reason = format!("newsmill: no answer from {NOWHERE}: ");
            assert!(
                said.starts_with(&reason) && said.lines().count() == 1,
                "{arguments:?}: {said}"
            );
            assert!(said.contains("Connection refused; is Kafka running there?"), "{said}");
            assert!(said.contains("kafka.bootstrap_servers"), "{said}");
            assert_eq!(output.stdout, b"", "{arguments:?}");
        }
        println!("all of them took {:?}", begun.elapsed());
    }

    const PAGE: &str = "A headline\n\nA paragraph that says more.\n";

    /// Ends with a usage error that says this, before anything is done.
    fn is_refused(arguments: &[&str], why: &str) {
        let output = newsmill(arguments, &[("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", NOWHERE)]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {said}");
        assert!(said.contains(why), "{arguments:?}: {said}");
        assert_eq!(output.stdout, b"", "{arguments:?}");
    }

    #[test]
    fn a_command_line_that_means_nothing_is_refused_before_anybody_is_asked() {
        is_refused(&["dead-letter", "show", "nowhere"], "TOPIC:PARTITION:OFFSET");
        is_refused(&["dead-letter", "show", "a:b:c"], "the last two as numbers");
        is_refused(&["healthcheck", "--path", "readyz"], "a path begins with a slash");
        is_refused(&["normalize", "--threads", "100000"], "1..=1024");
        is_refused(&["run", "--from", "yesterday"], "or how long ago: 2h");
        let turned = ["run", "--from", "2026-03-08T00:00:00Z", "--to", "2026-03-01T00:00:00Z"];
        is_refused(&turned, "is not before --to");
    }

    #[test]
    fn what_is_read_is_never_overwritten_and_two_kinds_of_records_do_not_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (page, out) = (file("page.txt"), file("out.jsonl"));
        std::fs::write(&page, PAGE).unwrap();
        let another_name = file("link.txt");
        std::fs::hard_link(&page, &another_name).unwrap();
        for written in [&page, &another_name] {
            is_refused(&["normalize", &page, "--stories", written], "is to be read");
        }
        assert_eq!(std::fs::read_to_string(&page).unwrap(), PAGE);
        let both = ["normalize", &page, "--articles", &out, "--stories", &out];
        is_refused(&both, "two kinds of records");
        is_refused(&["normalize", &page, "--articles", "-", "--stories", "-"], "standard output");
        let discarded = ["normalize", &page, "--stories", "/dev/null", "--rejects", "/dev/null"];
        assert!(newsmill(&discarded, &[]).status.success());
    }

    #[test]
    fn a_file_that_is_not_there_costs_nothing_of_what_was_written_before() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("articles.jsonl");
        std::fs::write(&out, "of yesterday").unwrap();
        let arguments = ["normalize", "not/there.txt", "--articles", out.to_str().unwrap()];
        let output = newsmill(&arguments, &[]);
        assert_eq!(output.status.code(), Some(65));
        assert_eq!(std::fs::read_to_string(&out).unwrap(), "of yesterday");
    }

    #[test]
    fn who_does_not_keep_rejects_is_told_how() {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("pages.jsonl");
        std::fs::write(&pages, "{\"text\": \"A\"\n{\"text\": \"A headline\"}\n").unwrap();
        let output = newsmill(&["normalize", pages.to_str().unwrap()], &[]);
        let told = "1 article, 0 stories, 0 sightings\n\
                    1 page rejected: json_syntax 1; --rejects FILE says which, and why\n";
        assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), told));
    }
}
