//! Keywords in all their shapes (page-shapes §7).

#[path = "common/reading.rs"]
mod reading;

use reading::page;

const BRIDGE: &str =
    "The harbour bridge will be closed to all traffic from Monday, the council said.";

#[test]
fn keywords_are_cut_by_what_separates_them() {
    for (line, keywords) in [
        ("Tags: frost, new ferry", &["frost", "new ferry"][..]),
        ("Tags: frost | new ferry | harbour", &["frost", "new ferry", "harbour"]),
        ("Tags: frost; new ferry", &["frost", "new ferry"]),
        ("Tags: frost - new ferry - harbour", &["frost", "new ferry", "harbour"]),
        ("Tags: frost • new ferry", &["frost", "new ferry"]),
        ("Tags: #frost #new_ferry", &["frost", "new ferry"]),
        ("Tags: , ,frost, , new ferry,", &["frost", "new ferry"]),
        ("Tags: frost, harbour,\nnew ferry", &["frost", "harbour", "new ferry"]),
        ("Tags:\nfrost\nnew ferry", &["frost", "new ferry"]),
        ("Tags\nfrost\nnew ferry", &["frost", "new ferry"]),
        ("Tags:\n\nfrost\n\nnew ferry\n\nharbour", &["frost", "new ferry", "harbour"]),
        ("Tags:\n- frost\n- new ferry", &["frost", "new ferry"]),
        ("Tags:\n#frost\n#new_ferry", &["frost", "new ferry"]),
        ("Schlagworte: SchweizGenfEuropaRussland", &["Schweiz", "Genf", "Europa", "Russland"]),
        ("Tagi: SandomierzObrazówJacek", &["Sandomierz", "Obrazów", "Jacek"]),
        ("وسوم: الجسر، الميناء القديم", &["الجسر", "الميناء القديم"]),
        ("وسوم:\nالجسر\nالميناء القديم", &["الجسر", "الميناء القديم"]),
        ("الكلمات المفتاحية: #الجسر #الميناء_القديم", &["الجسر", "الميناء القديم"]),
        ("برچسب‌ها: پل | بندر قدیمی", &["پل", "بندر قدیمی"]),
        ("टैग: पुल, बंदरगाह", &["पुल", "बंदरगाह"]),
    ] {
        let text = format!("A headline of the page\n{BRIDGE}\n{line}");
        let page = page(&text);
        assert_eq!(page.keywords, keywords, "{line}");
        assert_eq!(page.body, [BRIDGE], "{line}");
    }
}

#[test]
fn names_that_a_scraper_has_glued_are_cut_where_the_article_says_them() {
    let text = format!(
        "Angela Merkel in Berlin\n{BRIDGE} Olaf Scholz was there.\nThemen: Angela MerkelOlaf ScholzBerlin"
    );
    assert_eq!(page(&text).keywords, ["Angela Merkel", "Olaf Scholz", "Berlin"]);
    let text = format!(
        "YouTube in Berlin\n{BRIDGE} You heard of YouTube and SoundCloud.\nThemen: YouTube and SoundCloud"
    );
    assert_eq!(page(&text).keywords, ["YouTube and SoundCloud"]);
}

#[test]
fn a_list_of_keywords_ends_before_the_text_and_before_the_next_headline() {
    let text = format!("A headline of the page\nTags:\nfrost\nnew ferry\n{BRIDGE}");
    let first = page(&text);
    assert_eq!((first.keywords.len(), &first.body[..]), (2, &[BRIDGE.into()][..]));
    let growers = "Growers in the orchard valley fear that late frost will take half of the harvest of this year.";
    let text = format!(
        "A headline of the page\n{BRIDGE}\nSource: Post\nRead also:\nFerry sails again\nThe new ferry sails again from June on, the shipping line of the island said.\n\
         Tags:\nferry\nFrost in the valley\n{growers}"
    );
    let second = page(&text);
    let told: Vec<_> = second
        .related
        .iter()
        .map(|story| (story.headline.as_deref().unwrap_or_default(), story.keywords_raw.as_deref()))
        .collect();
    assert_eq!(told, [("Ferry sails again", Some("ferry")), ("Frost in the valley", None)]);
    // A keyword behind its label on the same line is all of it.
    let text = format!("A headline of the page\n{BRIDGE}\nTags: frost\nA short last line");
    let third = page(&text);
    assert_eq!(third.keywords, ["frost"]);
    assert_eq!(third.body.len(), 2);
}

#[test]
fn keywords_are_cut_where_they_are_glued_and_names_are_not() {
    for (line, keywords) in [
        ("SchweizGenfEuropaRussland", &["Schweiz", "Genf", "Europa", "Russland"][..]),
        ("one, two", &["one", "two"]),
        ("#frost_in_may #harbour", &["frost in may", "harbour"]),
        ("McDonald harbour", &["McDonald", "harbour"]),
        ("Orchard valley", &["Orchard valley"]),
        ("YouTube and SoundCloud", &["YouTube", "and", "SoundCloud"]),
    ] {
        let text =
            format!("Frost in the orchard valley\nThe orchard valley had frost.\nTags: {line}");
        let page = page(&text);
        assert_eq!(page.keywords, keywords, "{line}");
        assert_eq!(page.keywords_raw.as_deref(), Some(line));
    }
}

#[test]
fn hashtags_without_a_label_are_furniture() {
    let text = format!(
        "A headline of the page\n{BRIDGE}\n#frost #harbour_festival\nThe number #4 pier stays open.\n#window:"
    );
    let page = page(&text);
    assert_eq!(page.furniture, ["#frost #harbour_festival"]);
    assert_eq!(page.body, [BRIDGE, "The number #4 pier stays open.", "#window:"]);
}

#[test]
fn a_list_of_tags_without_a_label_is_furniture_and_other_short_lines_are_not() {
    let text = format!(
        "A headline of the page\n{BRIDGE}\nThe town waits for spring.\nHarbour bridge\nTown"
    );
    assert_eq!(page(&text).furniture, ["Harbour bridge", "Town"]);
    for lines in [
        // One line alone; names that the article has not said; a list; captions; a poem.
        "The town waits.\nHarbour bridge",
        "The town waits.\nNora Field\nSam Poole\nTom Harker",
        "These are closed:\nHarbour bridge\nTown",
        "The town waits.\nThe council\nThe council\nThe harbour",
        "The town waits.\nOf the harbour bridge I sing\nand of the town",
    ] {
        let text = format!("A headline of the page\n{BRIDGE}\n{lines}");
        let page = page(&text);
        assert_eq!(page.furniture, Vec::<&str>::new(), "{lines}");
        assert_eq!(page.body.len(), 1 + lines.lines().count(), "{lines}");
    }
}

#[test]
fn a_word_of_a_label_among_keywords_is_a_keyword() {
    let text = format!("عنوان الخبر\n{BRIDGE}\nكلمات دلالية: مقطع البحث نشر 11 أكتوبر");
    assert_eq!(page(&text).keywords_raw.as_deref(), Some("مقطع البحث نشر 11 أكتوبر"));
}

#[test]
fn a_phrase_that_the_article_says_behind_a_proclitic_is_one() {
    let text = "تأجيل افتتاح الميناء\nتاريخ النشر: 20 مايو 2024\nأعلنت الوزارة خطة لتصدير الغاز، وبحمى الضنك تعطل العمل أسبوعا.\nالمصدر: وات\nكلمات دلالية: حمى الضنك تصدير الغاز ميناء";
    assert_eq!(page(text).keywords, ["حمى الضنك", "تصدير الغاز", "ميناء"]);
}

#[test]
fn tags_below_a_marker_are_keywords_and_headlines_below_it_are_links() {
    let text = format!(
        "A headline of the page\n{BRIDGE}\nThe town waits for spring.\nRelated stories\nHarbour bridge\nTown"
    );
    let tagged = page(&text);
    assert_eq!(tagged.keywords, ["Harbour bridge", "Town"]);
    assert_eq!((tagged.body.len(), tagged.related.len()), (2, 0));
    let text = format!(
        "A headline of the page\n{BRIDGE}\nThe town waits for spring.\nRelated stories\nHarbour bridge\nFerry strikes ice"
    );
    let linked = page(&text);
    assert_eq!((linked.keywords.len(), linked.related.len()), (0, 2));
}

#[test]
fn a_button_below_a_list_of_keywords_is_none() {
    let text = "The harbour bridge is closed\nThe bridge over the river mouth will be closed from Monday, said the council.\n\
                Tags\nharbour bridge\ncouncil\nSee all our stories";
    assert_eq!(page(text).keywords, ["harbour bridge", "council"]);
    let text = "The harbour bridge is closed\nThe bridge over the river mouth will be closed from Monday, said the council.\n\
                Tags\n#harbour\n#council\nAuthors";
    assert_eq!(page(text).keywords, ["harbour", "council"]);
}

#[test]
fn tags_on_one_line_without_a_label_are_furniture_and_what_says_something_is_none() {
    let headline = "The harbour bridge is closed to all traffic for a month";
    let first = "The old bridge over the river mouth will be closed to all traffic from Monday, said the council.";
    let second = "The ferry will run twice as often until the works are done, it promised.";
    for (line, is_tags) in [
        ("harbour bridge, traffic, ferry, council", true),
        ("Harbour bridge | ferry | river mouth", true),
        ("bridge - ferry - Portville - traffic", true),
        // No more than words of the headline.
        ("harbour closed month", true),
        ("closed to all traffic", false),
        ("bridge, boats, tunnels, trains", false),
        ("ferry, council", false),
        ("the ferry, the council and the bridge, all of them, from Monday", false),
    ] {
        let block = "\nShare\nRelated articles\nOrchard growers fear late frost";
        for end in ["", block].into_iter().take(1 + usize::from(is_tags)) {
            let text = format!("{headline}\n14 March 2024\n{first}\n{second}\n{line}{end}");
            let page = page(&text);
            assert_eq!(page.body.len() == 2, is_tags, "{line}{end}");
            assert_eq!(page.keywords_raw, None, "{line}");
        }
    }
}
