//! The head of a page and what only its neighbours tell: the topic above the headline, rows of fields, counts and times of the
//! site, labels with nothing behind them.

#[path = "common/reading.rs"]
mod reading;

use newsmill::record::{Precision, Warning};

use reading::page;

const HEADLINE: &str = "The harbour bridge is closed to all traffic for a month";
const STANDFIRST: &str =
    "Engineers found rust in two of its piers, and drivers have to take the long way round.";
const FIRST: &str = "The old bridge over the river mouth will be closed to all traffic from Monday, said the council.";
const SECOND: &str = "The ferry will run twice as often until the works are done, it promised.";

#[test]
fn the_topic_above_the_headline_is_furniture_where_a_standfirst_and_a_date_stand_below() {
    let text =
        format!("Trouble on the river\n{HEADLINE}\n{STANDFIRST}\n14 March 2024\n{FIRST}\n{SECOND}");
    let with_topic = page(&text);
    assert_eq!(with_topic.headline.as_deref(), Some(HEADLINE));
    assert_eq!(with_topic.furniture, ["Trouble on the river"]);
    assert_eq!(with_topic.body, [STANDFIRST, FIRST, SECOND]);
    // Two lines above the date are a headline and its standfirst.
    let text = format!("Trouble on the river\n{HEADLINE}\n14 March 2024\n{FIRST}\n{SECOND}");
    let without = page(&text);
    assert_eq!(without.headline.as_deref(), Some("Trouble on the river"));
    assert_eq!(without.body, [HEADLINE, FIRST, SECOND]);
}

#[test]
fn fields_in_a_row_with_bars_between_them_are_taken_apart() {
    for (row, furniture) in [
        ("By Nora Field | 14 March 2024 | 3 min read", &["3 min read"][..]),
        ("Nora Field • 14 March 2024 • 1.2k views", &["1.2k views"][..]),
    ] {
        let text = format!("{HEADLINE}\n{row}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some("Nora Field"), "{row}");
        let published = page.published.unwrap();
        assert_eq!(
            (published.raw.as_ref(), published.precision),
            ("14 March 2024", Some(Precision::Day))
        );
        assert_eq!(page.furniture, furniture);
        assert_eq!(page.body, [FIRST, SECOND]);
    }
}

#[test]
fn a_time_of_day_behind_the_label_of_the_last_change_is_of_the_day_of_publication() {
    for line in [
        "March 14, 2024 05:47 pm | Updated 09:12 pm IST - KOPPAL",
        "Published - March 14, 2024 05:47 pm | Updated 09:12 pm IST - KOPPAL",
        "Published: March 14, 2024 05:47 pm Updated: 09:12 pm IST",
    ] {
        let text = format!("{HEADLINE}\n{line}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.published.unwrap().at.as_deref(), Some("2024-03-14T17:47:00Z"), "{line}");
        let updated = page.updated.unwrap();
        assert_eq!(updated.at.as_deref(), Some("2024-03-14T21:12:00+05:30"), "{line}");
        assert_eq!(
            (updated.precision, page.body),
            (Some(Precision::Minute), vec![FIRST.into(), SECOND.into()])
        );
    }
}

#[test]
fn a_sentence_with_bars_in_it_stays_whole() {
    let line =
        "Arrivals on 14 March 2024 | departures on 15 March 2024 | all trains that were late";
    let text = format!("{HEADLINE}\n{line}\n{FIRST}\n{SECOND}");
    let page = page(&text);
    assert_eq!((page.published, page.body.first().map(AsRef::as_ref)), (None, Some(line)));
}

#[test]
fn a_date_is_glued_to_its_label_and_a_word_is_not() {
    let text = format!("{HEADLINE}\nPublished12 May 2024\n{FIRST}\n{SECOND}");
    let glued = page(&text);
    assert_eq!(glued.published.unwrap().raw, "12 May 2024");
    assert_eq!(glued.body, [FIRST, SECOND]);
    let text =
        format!("{HEADLINE}\nUpdated2Death sang to the crowd at the harbour\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).body.len(), 3);
}

#[test]
fn counts_and_times_of_the_site_have_numbers_within_them() {
    for (headline, first, lines) in [
        (
            "Le pont du port fermé un mois",
            "Le vieux pont sera fermé à toute circulation à partir de lundi, a dit la mairie.",
            "Lu 3 214 fois\nil y a 2 heures",
        ),
        (
            "Alte Hafenbrücke einen Monat gesperrt",
            "Die alte Brücke wird von Montag an für den Verkehr gesperrt, teilte die Stadt mit.",
            "vor 3 Stunden\nVor 2 Tagen",
        ),
        (
            "El puente del puerto cierra un mes",
            "El viejo puente se cerrará al tráfico a partir del lunes, dijo el ayuntamiento.",
            "hace 2 horas",
        ),
        (HEADLINE, FIRST, "1.2k views\n3 hours ago"),
    ] {
        let text = format!("{headline}\n{first}\n{lines}");
        let page = page(&text);
        assert_eq!(page.body, [first], "{lines}");
        assert_eq!(page.furniture, lines.split('\n').collect::<Vec<_>>());
    }
    let text = format!("{HEADLINE}\n{FIRST}\nThe crew was last seen 3 hours ago\n{SECOND}");
    assert_eq!(page(&text).body.len(), 3);
}

#[test]
fn a_label_with_nothing_behind_it_is_no_paragraph() {
    for end in ["Tags:", "Tags:\nShare\nPrint", "Topics\nFacebook Twitter"] {
        let text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\n{end}");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, SECOND], "{end}");
        assert_eq!(page.keywords_raw, None);
    }
}

#[test]
fn a_bar_alone_between_two_fields_is_furniture() {
    let text = format!(
        "{HEADLINE}\nBy Nora Field\n|\n14 March 2024\n•\nUpdated: 15 March 2024\n{FIRST}\n{SECOND}"
    );
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.body, [FIRST, SECOND]);
    assert_eq!(page.furniture, ["|", "•"]);
}

#[test]
fn a_pitch_between_its_first_words_and_its_button_is_furniture() {
    let pitch = "Newsletter L'essentiel du port\nTous les jours, ce qui se passe sur les quais\nJe m'inscris";
    let (headline, first, second) = (
        "Le pont du port fermé un mois",
        "Le vieux pont sera fermé à toute circulation à partir de lundi, a dit la mairie.",
        "Le bac passera deux fois plus souvent jusqu'à la fin des travaux, promet-elle.",
    );
    let text = format!("{headline}\n{first}\n{pitch}\n{second}");
    let with_pitch = page(&text);
    assert_eq!(with_pitch.body, [first, second]);
    assert_eq!(with_pitch.furniture.len(), 3);
    // A sentence that begins so opens no box.
    let sentence = "Newsletter et journal paraissent le même jour, a dit la directrice du port.";
    let text = format!("{headline}\n{first}\n{sentence}\n{second}\nJe m'inscris");
    assert_eq!(page(&text).body, [first, sentence, second]);
}

#[test]
fn a_link_in_brackets_ends_with_its_bracket() {
    let text = "Le pont du port fermé un mois\nLe vieux pont sera fermé à partir de lundi, a dit la mairie. (Lire aussi : Le bac du port reprend du service) Les bus feront le tour par la vallée.\nLe bac passera deux fois plus souvent jusqu'à la fin des travaux. (À lire aussi : Trois jours sur les quais)";
    let page = page(text);
    let links: Vec<_> = page.related.iter().filter_map(|link| link.headline.as_deref()).collect();
    assert_eq!(links, ["Le bac du port reprend du service", "Trois jours sur les quais"]);
    assert_eq!(
        page.body,
        [
            "Le vieux pont sera fermé à partir de lundi, a dit la mairie.",
            "Les bus feront le tour par la vallée.",
            "Le bac passera deux fois plus souvent jusqu'à la fin des travaux."
        ]
    );
}

#[test]
fn short_lines_between_fields_and_buttons_are_furniture_where_the_article_says_none_of_their_words()
{
    let text = format!(
        "{HEADLINE}\nDaily deals\n14 March 2024\nWeekend reading\nShare\n{FIRST}\n{SECOND}"
    );
    let short = page(&text);
    assert_eq!(short.body, [FIRST, SECOND]);
    assert_eq!(short.furniture, ["Daily deals", "Weekend reading", "Share"]);
    for line in ["Closed for the summer", "The first heading"] {
        let text = format!("{HEADLINE}\n14 March 2024\nShare\n{line}\n{FIRST}\n{SECOND}");
        assert_eq!(page(&text).body, [line, FIRST, SECOND]);
    }
    let text = format!("{HEADLINE}\nTrouble at the ferry\n14 March 2024\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).body, ["Trouble at the ferry", FIRST, SECOND]);
}

#[test]
fn the_byline_below_the_headline_of_a_link_is_furniture() {
    let text = format!(
        "{HEADLINE}\n{FIRST}\n{SECOND}\nRelated stories\nThe night ferry has a second boat\nBy Nora Field 2 hrs ago\nThree days on the quays\nBy Sam Poole"
    );
    let page = page(&text);
    let links: Vec<_> = page.related.iter().filter_map(|link| link.headline.as_deref()).collect();
    assert_eq!(links, ["The night ferry has a second boat", "Three days on the quays"]);
    assert_eq!(page.furniture, ["By Nora Field 2 hrs ago", "By Sam Poole"]);
}

#[test]
fn a_first_sentence_is_a_paragraph_and_a_long_question_a_headline() {
    let sentence = "The old bridge over the river mouth was closed to all traffic on Monday.";
    let text = format!("{sentence}\n{FIRST}\n{SECOND}");
    let without = page(&text);
    assert_eq!(without.headline, None);
    assert_eq!(without.warnings, [Warning::HeadlineMissing, Warning::DateMissing]);
    assert_eq!(without.body, [sentence, FIRST, SECOND]);
    // A date below it says that it is the headline.
    let text = format!("{sentence}\n14 March 2024\n{FIRST}\n{SECOND}");
    let dated = page(&text);
    assert_eq!(dated.headline.as_deref(), Some(sentence));
    let question = "Harbour bridge: why do the town and the port, which have shared it for sixty years, both say now \
                    that it is the other one who has to pay for its bearings?";
    let text = format!("{question}\n{FIRST}\n{SECOND}");
    let asking = page(&text);
    assert_eq!(asking.headline.as_deref(), Some(question));
    let text = format!("The bridge is closed. {question}\n{FIRST}\n{SECOND}");
    let asked_in_passing = page(&text);
    assert_eq!(asked_in_passing.headline, None);
}

#[test]
fn what_stands_above_the_headline_is_furniture_with_the_date_between_or_without() {
    for above in [
        "Northland\n14 March 2024",
        "Our Valley\nThe Coast\nHome\nSport",
        "14 March 2024\nNorthland",
        "You are here:\nNorthland",
        "Northland\n14 March 2024\n8 532",
        "Valley5",
    ] {
        let text = format!("{above}\n{HEADLINE}\n{STANDFIRST}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(HEADLINE), "{above}");
        assert_eq!(page.body, [STANDFIRST, FIRST, SECOND], "{above}");
    }
}

#[test]
fn a_list_above_the_headline_is_a_section_where_the_page_goes_on_as_an_article() {
    let text = format!(
        "Latest news\nNorthland\n{HEADLINE}\nDrivers have to take the long way round\n14 March 2024\n{FIRST}\n{SECOND}"
    );
    let section = page(&text);
    assert_eq!(section.headline.as_deref(), Some(HEADLINE));
    assert_eq!(section.related, []);
    // Two headlines that nothing shows to be one's standfirst stay links.
    let text = "Latest news\nThe night ferry has a second boat\nThree days on the quays of the old town\nThe fish market opens at dawn again\nShare";
    assert_eq!(page(text).headline, None);
    assert_eq!(page(text).related.len(), 3);
}

#[test]
fn a_page_in_one_line_of_sentences_has_no_headline() {
    let text = format!("{HEADLINE} {FIRST} {SECOND}");
    let page = page(&text);
    assert_eq!((page.headline, page.body.len()), (None, 1));
}

#[test]
fn keywords_stand_below_a_button_too() {
    let text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\nTopics\nShow more\nHarbours\nBridges");
    let keywords = page(&text);
    assert_eq!(keywords.keywords, ["Harbours", "Bridges"]);
    assert_eq!(keywords.body, [FIRST, SECOND]);
    let text = format!("{HEADLINE}\n{FIRST}\nTopics\nShow more\n{SECOND}");
    let page = page(&text);
    assert_eq!((page.keywords_raw, page.body), (None, vec![FIRST.into(), SECOND.into()]));
}

#[test]
fn a_section_below_the_headline_of_a_link_is_furniture() {
    let text = format!(
        "{HEADLINE}\n{FIRST}\n{SECOND}\nRelated stories\nThe night ferry has a second boat\nPolitics\nThree days on the quays of the town\nBusiness"
    );
    let page = page(&text);
    let links: Vec<_> = page.related.iter().filter_map(|link| link.headline.as_deref()).collect();
    assert_eq!(links, ["The night ferry has a second boat", "Three days on the quays of the town"]);
    assert_eq!(page.furniture, ["Politics", "Business"]);
}

#[test]
fn the_headline_again_beside_a_button_is_furniture() {
    for end in [format!("Share\n{HEADLINE}"), format!("{HEADLINE}\nShare")] {
        let page_text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\n{end}");
        assert_eq!(page(&page_text).body, [FIRST, SECOND], "{end}");
    }
}

#[test]
fn the_dots_of_an_urdu_headline_are_no_full_stop() {
    let headline = "بندرگاہ کا پل بند ہے تو جزیرے والے شہر کیسے جائیں گے اور کب تک انتظار کریں۔۔۔";
    let first =
        "بندرگاہ کا پل پیر سے ہر قسم کی آمدورفت کے لیے بند رہے گا، شہر کی کونسل نے منگل کو کہا۔";
    let text = format!("{headline}\n{first}");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(headline));
    assert_eq!(page.body, [first]);
}

#[test]
fn labels_and_numbers_of_the_site_stand_above_the_headline() {
    let text = format!("Report no: 1912\nTags:\nharbour\nbridge\n{HEADLINE}\n{FIRST}\n{SECOND}");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(HEADLINE));
    assert_eq!(page.keywords, ["harbour", "bridge"]);
}

#[test]
fn a_marker_among_sections_above_the_headline_opens_no_block() {
    for above in ["Most read\nCup 2026", "Gazette\nLatest news\nLetters of readers\nValley"] {
        let text = format!("{above}\n{HEADLINE}\n14 March 2024\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(HEADLINE), "{above}");
        assert_eq!(page.body, [FIRST, SECOND], "{above}");
    }
}

#[test]
fn a_menu_on_one_line_is_no_headline() {
    let long =
        "Home | World news | Business | Sport | Real estate | Culture | Health | Travel | Opinion";
    for menu in
        ["Home World Business Sport Opinion Culture", "Home | World | Business | Sport", long]
    {
        for below in ["", "Menu\nSearch\nSign in\n"] {
            let text = format!("{menu}\n{below}{HEADLINE}\n14 March 2024\n{FIRST}\n{SECOND}");
            let page = page(&text);
            assert_eq!(page.headline.as_deref(), Some(HEADLINE), "{menu}");
            assert_eq!(page.body, [FIRST, SECOND], "{menu}");
        }
    }
    let text = format!("World Business Sport Opinion\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).headline.as_deref(), Some("World Business Sport Opinion"));
}

#[test]
fn buttons_of_one_letter_are_furniture_and_a_letter_alone_is_not() {
    let text = format!("{HEADLINE}\n14 March 2024\nf\nt\ne\n{FIRST}\n{SECOND}");
    let buttons = page(&text);
    assert_eq!(buttons.furniture, ["f", "t", "e"]);
    assert_eq!(buttons.body, [FIRST, SECOND]);
    let text = format!("{HEADLINE}\n{FIRST}\nQ\n{SECOND}");
    assert_eq!(page(&text).body, [FIRST, "Q", SECOND]);
}

#[test]
fn a_section_below_the_headline_is_furniture_below_a_long_menu_too() {
    let menu =
        "Home\nNews\nWorld\nUK\nPolitics\nBusiness\nSport\nOpinion\nCulture\nTravel\nHealth\nMoney";
    let text = format!("{menu}\n{HEADLINE}\nLocal news\n14 March 2024\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).body, [FIRST, SECOND]);
}

#[test]
fn numbers_on_lines_of_their_own_count_what_readers_did() {
    for tags in ["", "Tags:\nHarbours\nBridges\n"] {
        let text = format!("{HEADLINE}\n14 March 2024\n{FIRST}\n{SECOND}\n{tags}0\n12\n0");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, SECOND], "{tags}");
        assert_eq!(page.furniture, ["0", "12", "0"], "{tags}");
    }
}

#[test]
fn a_date_with_a_byline_above_the_headline_is_none() {
    let text = format!("14 March 2024 - By Nora Field\n{HEADLINE}\n{FIRST}\n{SECOND}");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(HEADLINE));
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
}

#[test]
fn the_day_of_the_site_may_stand_among_its_sections_where_a_label_names_the_date() {
    let text = format!(
        "Home\nWorld\nThursday, 21 March 2024\nHome / World\n{HEADLINE}\nPublished: 14 March 2024\n{FIRST}\n{SECOND}"
    );
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(HEADLINE));
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
    assert_eq!(page.body, [FIRST, SECOND]);
}

#[test]
fn a_marker_between_the_headline_and_the_byline_opens_no_block() {
    let text = format!("{HEADLINE}\nMore\nBy Nora Field\n14 March 2024\n{FIRST}\n{SECOND}");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(HEADLINE));
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
    assert_eq!(page.body, [FIRST, SECOND]);
    assert!(page.related.is_empty());
}
