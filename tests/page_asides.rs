//! What stands beside the headlines of appended stories: dates, times, bylines, sections, and what the site puts there.

#[path = "common/appended.rs"]
mod appended;
#[path = "common/reading.rs"]
mod reading;

use newsmill::record::RelatedKind;

use appended::{ARTICLE, FERRY, FROST, LINK, joined, told};
use reading::page;

/// A headline with paragraphs.
const STORY: RelatedKind = RelatedKind::Story;

#[test]
fn a_date_below_each_headline_belongs_to_its_story() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\nPublished: 3 May 2024\n{}\n{}\n{}\nPublished: 9 May 2024\n{}\n{}",
        FROST[0], FROST[1], FROST[2], FERRY[0], FERRY[1], FERRY[2]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
    let dates: Vec<_> = page.related.iter().map(|story| story.published_raw.as_deref()).collect();
    assert_eq!(dates, [Some("3 May 2024"), Some("9 May 2024")]);
}

#[test]
fn a_date_or_byline_beside_the_headline_of_an_appended_story_is_none_of_its_paragraphs() {
    for (frost, ferry) in [
        ("12 March 2024", "3 April 2024"),
        ("By Nora Field", "By Tom Poole"),
        ("2 April", "5 April 2024, 14:05"),
    ] {
        let [above, below] = [[true, false], [false, true]].map(|[above, below]| {
            let story = |story: &[&str; 3], aside: &str| {
                let lines = [
                    above.then_some(aside),
                    Some(story[0]),
                    below.then_some(aside),
                    Some(story[1]),
                    Some(story[2]),
                ];
                lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
            };
            format!(
                "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{}",
                story(&FROST, frost),
                story(&FERRY, ferry)
            )
        });
        for text in
            [Some(below), Some(above).filter(|_| !frost.starts_with("By"))].into_iter().flatten()
        {
            let page = page(&text);
            assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)], "{text}");
            if !frost.starts_with("By") {
                let dates: Vec<_> =
                    page.related.iter().map(|story| story.published_raw.as_deref()).collect();
                assert_eq!(dates, [Some(frost), Some(ferry)], "{text}");
            }
        }
    }
}

#[test]
fn a_day_below_the_headline_of_a_link_is_the_link_s() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n12 March 2024\n{}\n3 April 2024",
        FROST[0], FERRY[0]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    let dates: Vec<_> = page.related.iter().map(|link| link.published_raw.as_deref()).collect();
    assert_eq!(dates, [Some("12 March 2024"), Some("3 April 2024")]);
}

#[test]
fn the_days_of_a_chronicle_stay_in_their_story() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{}\n12 March 2024\n{}\n13 March 2024\n{}",
        FROST[0],
        FROST[1],
        FROST[2],
        "The growers lit fires between the trees in the night and saved a third of the harvest, they said."
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 5)]);
}

#[test]
fn the_day_of_a_match_that_a_line_announces_stays_in_its_story() {
    let lines = [
        "Who referees on the first day of the play-off",
        "The matches of the first day and their referees:",
        "Sunday 26 February 2017",
        "14:00 Harbour Town - Valley United / Paul Martin",
    ];
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}", lines.join("\n"));
    assert_eq!(told(&page(&text).related), [(STORY, lines[0], 3)]);
}

/// Lines of sites that stand beside the headlines of appended stories, in tests/pages/beside.toml.
#[derive(serde::Deserialize)]
struct Beside {
    language: Vec<BesideIn>,
}

#[derive(serde::Deserialize)]
struct BesideIn {
    language: String,
    page: Vec<String>,
    stories: [Vec<String>; 2],
    below: Vec<String>,
    behind: Vec<String>,
    above: Vec<String>,
}

impl BesideIn {
    /// The page with `line` at the place `at` of each of its stories, counted from the headline.
    fn with(&self, line: &str, at: impl Fn(&[String]) -> usize) -> String {
        let mut lines = self.page.clone();
        for story in &self.stories {
            let mut story = story.clone();
            story.insert(at(&story), line.to_owned());
            lines.extend(story);
        }
        lines.join("\n")
    }

    /// Whether the stories of a text are those of the page, with their own paragraphs alone.
    fn is_whole(&self, text: &str) -> bool {
        let page = page(text);
        let told = page.related.iter().map(|story| {
            let headline = story.headline.iter().map(|line| line.clone().into_owned());
            headline
                .chain(story.body.iter().map(|line| line.clone().into_owned()))
                .collect::<Vec<_>>()
        });
        let own = self.page.iter().skip(1).take(page.body.len());
        told.eq(self.stories.iter().cloned()) && page.body.len() == 2 && page.body.iter().eq(own)
    }
}

#[test]
fn a_line_of_the_site_beside_a_headline_or_behind_a_story_is_no_paragraph_of_it() {
    let table: Beside = toml::from_str(include_str!("pages/beside.toml")).unwrap();
    let mut wrong = Vec::new();
    for one in &table.language {
        let below = one.below.iter().map(|line| (line, one.with(line, |_| 1)));
        let behind = one.behind.iter().map(|line| (line, one.with(line, <[String]>::len)));
        let above = one.above.iter().map(|line| (line, one.with(line, |_| 0)));
        for (line, text) in below.chain(behind).chain(above) {
            if !one.is_whole(&text) {
                wrong.push(format!("{}: {line}", one.language));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_name_that_a_story_speaks_of_or_that_stands_below_one_headline_of_two_is_a_paragraph() {
    for (frost, ferry) in [("Orchard Growers", "Island"), ("Nora Field", "")] {
        let lines = [FROST[0], frost, FROST[1], FROST[2], FERRY[0], ferry, FERRY[1], FERRY[2]];
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}", lines.join("\n"));
        let page = page(&text);
        assert_eq!(page.related[0].body[0], frost, "{text}");
    }
}

#[test]
fn a_few_words_below_every_headline_are_none_of_its_story_and_below_one_of_two_they_are() {
    for (frost, ferry, own) in [("Gazette", "Island Echo", false), ("Gazette", "", true)] {
        let lines = [FROST[0], frost, FROST[1], FROST[2], FERRY[0], ferry, FERRY[1], FERRY[2]];
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}", lines.join("\n"));
        let page = page(&text);
        assert_eq!(page.related[0].body.len(), if own { 3 } else { 2 }, "{text}");
        assert_eq!(page.related[1].body.len(), 2, "{text}");
    }
}

#[test]
fn a_name_below_the_only_headline_is_none_of_its_story_unless_that_is_a_question() {
    for (headline, count) in [(FROST[0], 2), ("Will a late frost take half of the harvest?", 3)] {
        let lines = [headline, "Nora Field", FROST[1], FROST[2]];
        let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}", joined(&lines));
        assert_eq!(told(&page(&text).related), [(STORY, headline, count)]);
    }
}

#[test]
fn what_stands_beside_a_headline_that_is_a_question_is_told_too() {
    let question = "Will the island get a new ferry with room for ninety cars?";
    for (above, below) in [("Politics", ""), ("", "Politics"), ("", "Nora Field")] {
        let lines = [
            above, FROST[0], below, FROST[1], FROST[2], above, question, below, FERRY[1], FERRY[2],
        ];
        let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}", lines.join("\n"));
        assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, question, 2)]);
    }
}

#[test]
fn the_numbers_before_headlines_are_no_part_of_them_where_they_count_from_one_on() {
    for signs in [["1. ", "2. "], ["١- ", "٢- "]] {
        let story = |sign: &str, story: &[&str; 3]| format!("{sign}{}", joined(story));
        let text = format!(
            "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{}",
            story(signs[0], &FROST),
            story(signs[1], &FERRY)
        );
        assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
    }
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n3. {}", joined(&FROST));
    assert_eq!(
        page(&text).related[0].headline.as_deref(),
        Some("3. Orchard growers fear late frost")
    );
}

#[test]
fn a_section_or_a_day_between_the_paragraphs_of_a_story_stays_in_it() {
    for crosshead in ["Politics", "Yesterday", "2 - 1"] {
        let text = format!(
            "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{crosshead}\n{}\n{}",
            joined(&FROST),
            "The growers lit fires between the trees in the night and saved a third of the harvest, they said.",
            joined(&FERRY)
        );
        let page = page(&text);
        assert_eq!(
            told(&page.related),
            [(STORY, FROST[0], 4), (STORY, FERRY[0], 2)],
            "{crosshead}"
        );
    }
}

#[test]
fn a_line_of_the_site_below_a_line_without_a_stop_shows_that_it_is_a_headline() {
    // By itself it could go on with the story above it.
    let headline = "And the ferry sails at night";
    for site in ["114 views", "Share", "3 hours ago"] {
        let text = format!(
            "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{site}\n{}\n{}\n{headline}\n{site}\n{}\n{}",
            FROST[0], FROST[1], FROST[2], FERRY[1], FERRY[2]
        );
        let page = page(&text);
        assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, headline, 2)], "{site}");
    }
}

#[test]
fn items_of_a_list_begin_stories_where_the_first_headline_is_one() {
    // By its words it goes on with the story above it.
    let headline = "And the ferry sails at night";
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n• {}\n{}\n{}\n• {headline}\n{}\n{}",
        FROST[0], FROST[1], FROST[2], FERRY[1], FERRY[2]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, headline, 2)]);
}
