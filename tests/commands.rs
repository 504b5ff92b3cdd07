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
}
