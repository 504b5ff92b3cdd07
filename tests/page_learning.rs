//! What a page learns from others, and shows them.

use newsmill::page::{
    Candidate, Context, Layouts, Learning, LineKey, Page, Stands, Start, StartKind, Starts, read,
};
use newsmill::record::{RelatedKind, StoryId};

const SITE: u64 = 1;

/// A headline that shares no word with its paragraph, whose words are those of the story before: the page alone does not
/// show it.
const PAGE: &str = "\
Harbour bridge closes until spring
The harbour bridge will be closed to all traffic from Monday, the council of the town said.
Its bearings have to be replaced before the winter storms begin, the council said.
Source: Harbour Post
Read also:
Orchard growers fear late frost
Growers in the orchard valley fear that a late frost will take half of the harvest this year.
Frost in the valley took a third of the harvest two years ago, the growers said.
Ferry waits for better weather
The captain said on Tuesday evening that the weather in the valley is to blame.";

const ODD: &str = "Ferry waits for better weather";

fn read_with<'a>(text: &'a str, site: u64, starts: &'a Starts) -> Page<'a> {
    let learning = Some(Learning { site, starts: Some(starts) });
    read(text, Layouts::builtin(), &Context { learning, ..Context::default() })
}

/// What the page shows of its lines: own headline, then the candidates of the block.
fn candidates(text: &str) -> Vec<Candidate> {
    read_with(text, SITE, &Starts::with_room(1)).candidates
}

fn start(kind: StartKind, story_id: Option<StoryId>) -> Start {
    Start { kind, own: false, pages: 4, before: 4, behind: 1, hour: 1, story_id }
}

/// The key of the odd headline: the last candidate of the page.
fn odd() -> LineKey {
    candidates(PAGE).last().map_or(LineKey(0), |shown| shown.line)
}

fn headlines<'p>(page: &'p Page<'_>) -> Vec<&'p str> {
    page.related.iter().map(|related| related.headline.as_deref().unwrap_or_default()).collect()
}

#[test]
fn a_line_that_is_known_to_begin_a_story_does() {
    let starts = Starts::with_room(10);
    assert_eq!(headlines(&read_with(PAGE, SITE, &starts)), ["Orchard growers fear late frost"]);
    starts.learn(odd(), Some(start(StartKind::Headline, None)));
    let page = read_with(PAGE, SITE, &starts);
    assert_eq!(headlines(&page), ["Orchard growers fear late frost", ODD]);
    assert_eq!(page.boundaries.added, 1);
    assert!(page.warnings.iter().all(|warning| format!("{warning:?}") != "RelatedUnsplit"));
}

#[test]
fn a_line_that_is_known_to_stand_inside_a_story_begins_none() {
    let clear = PAGE.replace("the weather in the valley", "the ferry cannot sail in this weather");
    let starts = Starts::with_room(10);
    assert_eq!(headlines(&read_with(&clear, SITE, &starts)).len(), 2);
    starts.learn(odd(), Some(start(StartKind::Body, None)));
    let page = read_with(&clear, SITE, &starts);
    assert_eq!(headlines(&page), ["Orchard growers fear late frost"]);
    assert_eq!(page.boundaries.removed, 1);
}

#[test]
fn a_site_teaches_no_other() {
    let starts = Starts::with_room(10);
    starts.learn(odd(), Some(start(StartKind::Headline, None)));
    assert_eq!(headlines(&read_with(PAGE, SITE + 1, &starts)).len(), 1);
}

#[test]
fn what_a_page_shows_does_not_depend_on_what_is_known() {
    let before = candidates(PAGE);
    for kind in [StartKind::Headline, StartKind::Body] {
        let starts = Starts::with_room(10);
        for candidate in &before {
            starts.learn(candidate.line, Some(start(kind, None)));
        }
        assert_eq!(read_with(PAGE, SITE, &starts).candidates, before);
    }
}

#[test]
fn a_page_shows_its_own_headline_and_the_lines_that_could_begin_a_story_with_their_neighbours() {
    let shown = candidates(PAGE);
    let [own, first, odd] = &shown[..] else { panic!("{shown:?}") };
    assert_eq!(own.stands, Stands::Own);
    let Stands::Appended(first) = first.stands else { panic!("{first:?}") };
    assert_eq!((first.before, first.around), (0, 0));
    let Stands::Appended(odd) = odd.stands else { panic!("{odd:?}") };
    assert!(odd.before != 0 && odd.behind != 0 && odd.before != odd.behind);
    assert_eq!(odd.around, 0, "the story before begins the block");
}

#[test]
fn an_edited_neighbour_is_mostly_the_same_neighbour() {
    let edited =
        PAGE.replace("Frost in the valley took a third", "Frost in this valley took a half");
    assert_eq!(candidates(&edited).last(), candidates(PAGE).last());
}

#[test]
fn a_link_names_the_story_whose_headline_it_is() {
    let links = "Harbour bridge closes until spring\n\
        The harbour bridge will be closed to all traffic from Monday, the council of the town said.\n\
        Source: Harbour Post\nRead also:\nOrchard growers fear late frost\nFerry waits for better weather";
    let shown = candidates(links);
    assert_eq!(shown.iter().filter(|shown| shown.stands == Stands::Link).count(), 2);
    let starts = Starts::with_room(10);
    let story = StoryId([7; 16]);
    starts.learn(shown.last().unwrap().line, Some(start(StartKind::Headline, Some(story))));
    let page = read_with(links, SITE, &starts);
    let names: Vec<_> = page.related.iter().map(|link| (link.kind, link.names)).collect();
    assert_eq!(names, [(RelatedKind::Link, None), (RelatedKind::Link, Some(story))]);
}

/// Flattened: nothing shows where the headline behind the marker ends, before and in an appended story.
const FLAT: &str = "\
Harbour bridge closes until spring
The bridge is closed from Monday. Read more: Ferry waits for better weather Cars take the ferry, the council said.
Source: Harbour Post
Read also:
Orchard growers fear late frost
Growers in the valley fear a late frost. Read more: Ferry waits for better weather Paul Martin said so, and growers know.
Frost in the valley took a third of the harvest two years ago, the growers said.
Island gets a new ferry with room for ninety cars
A new ferry will serve the island from June, the shipping line said on Tuesday evening.
The ferry carries ninety cars and sails six times a day, said the captain of the line.";

const LAST: &str = "Island gets a new ferry with room for ninety cars";

#[test]
fn a_known_headline_ends_where_it_ends_in_flattened_text_too() {
    let unknown = Starts::with_room(10);
    let before = read_with(FLAT, SITE, &unknown);
    assert_eq!(headlines(&before), ["Orchard growers fear late frost", LAST]);
    assert!(before.body[0].contains("Read more: Ferry"), "{:?}", before.body);
    let starts = Starts::with_room(10);
    starts.learn(odd(), Some(start(StartKind::Headline, Some(StoryId([7; 16])))));
    let page = read_with(FLAT, SITE, &starts);
    assert_eq!(headlines(&page), [ODD, "Orchard growers fear late frost", ODD, LAST]);
    assert_eq!(
        page.body,
        ["The bridge is closed from Monday.", "Cars take the ferry, the council said."]
    );
    let [link, story, aside, last] = &page.related[..] else { panic!("{:?}", page.related) };
    assert_eq!((link.kind, link.names), (RelatedKind::Link, Some(StoryId([7; 16]))));
    assert_eq!((aside.kind, aside.names), (RelatedKind::Link, Some(StoryId([7; 16]))));
    assert_eq!((story.body.len(), last.body.len()), (3, 2));
    assert_eq!(story.body[1], "Paul Martin said so, and growers know.");
    assert_eq!(page.candidates, before.candidates, "what a page shows is a matter of the page");
}

#[test]
fn a_page_of_ten_thousand_lines_shows_a_few_dozen() {
    let head = PAGE.split_once("Ferry").unwrap().0;
    let same = format!("{head}{}", "The same line again and again\n".repeat(10_000));
    assert!(candidates(&same).len() <= 4);
    let all: String = (0..10_000).map(|n| format!("A line of its own, number {n}\n")).collect();
    let shown = candidates(&format!("{head}{all}"));
    assert_eq!(shown.len(), 64);
    // And known lines, as many as there are, cut a block of any length.
    let starts = Starts::with_room(10);
    shown.iter().for_each(|shown| starts.learn(shown.line, Some(start(StartKind::Headline, None))));
    assert!(read_with(&same, SITE, &starts).related.len() > 1);
}

#[test]
fn of_a_line_that_enough_pages_have_shown_only_some_pages_are_told() {
    let starts = Starts::with_room(10);
    let told = |starts: &Starts| {
        let page = read_with(PAGE, SITE, starts);
        let candidate = page.candidates.into_iter().find(|candidate| candidate.line == odd());
        let candidate = candidate.expect("the odd headline is told");
        (0..80).filter(|page| candidate.is_looked_at(*page)).count()
    };
    assert_eq!(told(&starts), 80, "nothing is known of it");
    let four = start(StartKind::Headline, None);
    starts.learn(odd(), Some(four));
    assert_eq!(told(&starts), 80, "four pages have shown it");
    starts.learn(odd(), Some(Start { pages: 12, ..four }));
    assert_eq!(told(&starts), 10, "twelve have");
}
