//! docs/layouts.md says what happens: its page, its layout and what `explain` shows before and after.

use std::process::Command;

const TUTORIAL: &str = include_str!("../../docs/layouts.md");

/// The fenced parts of a kind, in order.
fn fenced(kind: &str) -> Vec<&'static str> {
    let parts = TUTORIAL.split("```").skip(1).step_by(2);
    parts.filter_map(|part| part.strip_prefix(kind)?.strip_prefix('\n')).collect()
}

#[test]
fn the_tutorial_shows_what_explain_says() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let page = serde_json::json!({
        "url": "https://www.valley-gazette.example/2024/frost",
        "fetched_at": "2024-03-14T06:00:00Z",
        "text": fenced("text")[0],
    });
    std::fs::write(at("page.json"), page.to_string()).unwrap();
    std::fs::create_dir(at("layouts")).unwrap();
    let layout = fenced("toml")[0];
    assert_eq!(layout.lines().count(), 10);
    std::fs::write(at("layouts/valley.toml"), layout).unwrap();
    std::fs::write(at("newsmill.toml"), fenced("ini")[0]).unwrap();
    let newsmill = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_newsmill"));
        let output = command.args(arguments).current_dir(folder.path()).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        (String::from_utf8(output.stdout).unwrap(), error)
    };
    let shown = fenced("console");
    let (before, _) = newsmill(&["explain", "page.json"]);
    assert!(before.contains(shown[0]), "{before}");
    let (after, _) = newsmill(&["explain", "page.json", "--config", "newsmill.toml"]);
    assert!(after.contains(shown[1]), "{after}");
    std::fs::write(at("layouts/valley.toml"), layout.replace("always", "alwayz")).unwrap();
    let (_, error) = newsmill(&["check", "--config", "newsmill.toml"]);
    assert_eq!(error, shown[2]);
}
