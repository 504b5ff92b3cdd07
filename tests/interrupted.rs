//! Ctrl-C, as somebody gives it who has changed his mind: the command ends soon, says what is left, and nothing half-written
//! has the name of what it was to be.

#[cfg(test)]
mod interrupted {
    use std::fs;
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::net::TcpListener;
    use std::path::Path;
    use std::process::{Child, Command, Output, Stdio};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    const BIN: &str = env!("CARGO_BIN_EXE_newsmill");

    fn start(arguments: &[&str], folder: &Path, variables: &[(&str, &str)]) -> Child {
        let mut command = Command::new(BIN);
        command.args(arguments).current_dir(folder).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn ctrl_c(child: &Child) {
        kill(Pid::from_raw(child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
    }

    fn said(output: &Output) -> (Option<i32>, String) {
        (output.status.code(), String::from_utf8(output.stderr.clone()).unwrap())
    }

    /// So many that what is said of them fits into no pipe.
    fn pages(folder: &Path) {
        let page =
            |n: u32| format!("{{\"text\": \"Headline {n}\\n\\nParagraph {n} says more.\"}}\n");
        fs::write(folder.join("pages.jsonl"), (0..3_000).map(page).collect::<String>()).unwrap();
    }

    #[test]
    fn what_normalize_has_not_written_whole_has_not_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        pages(folder.path());
        fs::write(file("articles.jsonl"), "of yesterday").unwrap();
        let written = ["--articles", "articles.jsonl", "--stories", "stories.jsonl"];
        let arguments = [&["normalize", "pages.jsonl", "--sightings", "-"], &written[..]].concat();
        let mut running = start(&arguments, folder.path(), &[]);
        // It writes, and cannot go on: nobody reads the rest.
        running.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
        ctrl_c(&running);
        let left = "newsmill: stopped; articles.jsonl.part and stories.jsonl.part are not whole\n";
        let output = running.wait_with_output().unwrap();
        assert_eq!(said(&output), (Some(130), left.to_owned()));
        assert_eq!(fs::read_to_string(file("articles.jsonl")).unwrap(), "of yesterday");
        assert!(!file("stories.jsonl").exists() && file("stories.jsonl.part").exists());

        let output = start(&arguments, folder.path(), &[]).wait_with_output().unwrap();
        let made = "3000 articles, 0 stories, 3000 sightings\n".to_owned();
        assert_eq!(said(&output), (Some(0), made));
        assert_eq!(fs::read_to_string(file("articles.jsonl")).unwrap().lines().count(), 3_000);
        assert!(!file("articles.jsonl.part").exists() && !file("stories.jsonl.part").exists());
    }

    #[test]
    fn what_a_failure_leaves_is_named_and_a_part_that_is_read_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        pages(folder.path());
        // It is there, and is no page.
        fs::write(folder.path().join("cut.gz"), b"\x1f\x8b\x08\0\0\0\0\0\0\xff\x01").unwrap();
        let arguments = ["normalize", "pages.jsonl", "cut.gz", "--articles", "articles.jsonl"];
        let (code, said_of_it) =
            said(&start(&arguments, folder.path(), &[]).wait_with_output().unwrap());
        assert_eq!(code, Some(65), "{said_of_it}");
        let left = "newsmill: articles.jsonl.part is not whole: ";
        assert!(said_of_it.starts_with(left) && said_of_it.contains("cut.gz"), "{said_of_it}");
        let arguments = ["normalize", "articles.jsonl.part", "--articles", "articles.jsonl"];
        let (code, said_of_it) =
            said(&start(&arguments, folder.path(), &[]).wait_with_output().unwrap());
        assert_eq!(code, Some(64), "{said_of_it}");
        assert!(said_of_it.contains("articles.jsonl.part is to be read"), "{said_of_it}");
    }

    #[test]
    fn a_demo_that_is_stopped_half_way_says_so_and_one_that_stays_has_come_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = start(&["demo"], folder.path(), &[]);
        let mut shown = BufReader::new(running.stdout.as_mut().unwrap()).lines();
        assert!(shown.any(|line| line.unwrap().starts_with("page 2 ")), "it goes on");
        ctrl_c(&running);
        let stopped = "newsmill: stopped before the last page\n".to_owned();
        assert_eq!(said(&running.wait_with_output().unwrap()), (Some(130), stopped));

        let mut running = start(&["demo", "--keep"], folder.path(), &[]);
        let mut shown = BufReader::new(running.stdout.as_mut().unwrap()).lines();
        assert!(shown.any(|line| line.unwrap().starts_with("Stays until Ctrl-C")), "it stays");
        ctrl_c(&running);
        assert_eq!(said(&running.wait_with_output().unwrap()), (Some(0), String::new()));
    }

    #[test]
    fn a_service_that_nobody_answers_ends_at_once() {
        let folder = tempfile::tempdir().unwrap();
        // Whoever connects is kept waiting.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = silent.local_addr().unwrap().to_string();
        let variables = [
            ("NEWSMILL__KAFKA__BOOTSTRAP_SERVERS", address.as_str()),
            ("NEWSMILL__HTTP__LISTEN", "off"),
        ];
        let running = start(&["run"], folder.path(), &variables);
        let (asked, _) = silent.accept().unwrap();
        ctrl_c(&running);
        let (code, log) = said(&running.wait_with_output().unwrap());
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("no answer"), "it did not wait until that was certain: {log}");
        drop(asked);
    }
}
