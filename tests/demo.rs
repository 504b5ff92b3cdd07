//! `newsmill demo` as a stranger runs it.

use std::process::Command;

#[test]
fn the_demo_shows_every_page_and_ends_by_itself() {
    let output = Command::new(env!("CARGO_BIN_EXE_newsmill")).arg("demo").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let complained = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}\n{complained}");
    assert_eq!(complained, "", "{said}");
    for line in [
        "  new story  Harbour ferry adds a late sailing for night-shift workers",
        "  seen       first on page 5: Harbour ferry adds a late sailing for night-shift workers",
        "  new version  of page 5 · 2026-03-03 · 4 paragraphs · Sea wall repairs finish three weeks early",
        "  seen       its text is known already, from page 1",
        "  warning    date_converted: a Hijri or Persian date was converted",
        "16 pages in: 13 articles, 1 take-down, 2 dead letters with their bytes and the reason.",
    ] {
        assert!(said.contains(line), "{line:?} is missing from\n{said}");
    }
    let published = said.matches("  new story  ").count();
    let told = format!("{published} distinct appended stories, each published once.");
    assert!(said.contains(&told), "{told:?} is missing from\n{said}");
}
