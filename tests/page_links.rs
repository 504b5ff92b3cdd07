//! Links: headlines without bodies, what may stand among them, and where a list of them ends (page-shapes §6).

#[path = "common/appended.rs"]
mod appended;
#[path = "common/reading.rs"]
mod reading;

use newsmill::page::{Context, Layouts, read};

use appended::{ARTICLE, FERRY, FROST, LINK, joined, told};
use reading::page;

#[test]
fn where_only_the_dates_of_links_are_left_they_are_no_headlines() {
    let text = format!("{ARTICLE}\nleia também: 21/07/2017 24/07/2017");
    let page = page(&text);
    assert_eq!(page.body.len(), 2);
    assert!(page.related.iter().all(|link| link.headline.is_none()), "{:?}", page.related);
    assert!(page.furniture.iter().any(|line| line.contains("21/07/2017")), "{:?}", page.furniture);
}

#[test]
fn a_teaser_goes_with_its_link() {
    let text = format!(
        "{ARTICLE}\nRead also:\n{}\nGrowers in the valley fear that a late frost...\nThe bridge opens again in April, when its new bearings have settled.",
        FROST[0]
    );
    let page = page(&text);
    assert_eq!(page.body.len(), 3);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0)]);
    assert_eq!(
        page.related[0].teaser.as_deref(),
        Some("Growers in the valley fear that a late frost...")
    );
}

#[test]
fn a_promoted_video_is_a_link() {
    let text = "Jembatan ditutup sampai musim semi\nJembatan pelabuhan akan ditutup untuk semua lalu lintas mulai Senin, kata dewan kota.\n\
                Simak juga Video 'Petani khawatir embun beku':\nJembatan dibuka lagi pada bulan April, kata dewan kota itu.";
    let page = page(text);
    assert_eq!(page.body.len(), 2);
    assert_eq!(page.related.len(), 1);
    assert_eq!(page.related[0].kind, LINK);
}

#[test]
fn questions_stand_among_the_headlines_of_links() {
    let list = "Who pays for the new ferry?\nOrchard growers fear late frost\nWhere will the fish market go?";
    let behind = "Is that so?\nThe bridge opens again in April, when its bearings have settled, the council said.";
    let text = format!("{ARTICLE}\nRelated stories\n{list}\n{behind}");
    let middle = page(&text);
    assert_eq!((middle.body.len(), middle.related.len()), (4, 3), "a short one is a heading");
    let text = format!("{ARTICLE}\nWho will pay for it?\nRelated stories\n{list}\n{behind}");
    let asking = page(&text);
    assert_eq!(
        (asking.body.len(), asking.related.len()),
        (6, 2),
        "an article that asks goes on asking"
    );
    let text = format!("{ARTICLE}\nSource: Post\nRelated stories\n{list}");
    let end = page(&text);
    assert!(told(&end.related).iter().all(|(kind, ..)| *kind == LINK), "{:?}", end.related);
    assert_eq!(end.related.len(), 3);
}

#[test]
fn a_long_list_of_links_at_the_end_is_all_links() {
    let list: Vec<String> =
        (1..=15).map(|n| format!("Harbour news of day {n} of the month")).collect();
    let text = format!("{ARTICLE}\nRelated stories\n{}", list.join("\n"));
    assert_eq!(page(&text).related.len(), 15);
}

#[test]
fn what_stands_behind_a_link_on_its_line_is_the_story_s_again() {
    let behind = "Frost in the valley was worse in the year of the flood.";
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRelated stories\n{}\n{}\nRead more: Why do gulls sleep on cranes?{behind}\n{}\n{}",
        FROST[0],
        FROST[1],
        FROST[2],
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(page.body.len(), 2);
    assert_eq!(page.related[0].body, [FROST[1], behind, FROST[2]]);
    let headlines: Vec<_> = page.related.iter().map(|entry| entry.headline.as_deref()).collect();
    let link = "Why do gulls sleep on cranes?";
    assert_eq!(headlines, [Some(FROST[0]), Some(link), Some(FERRY[0])]);
    assert_eq!(page.related[2].body, FERRY[1..]);
}

#[test]
fn a_short_paragraph_behind_a_marker_without_its_headline_is_no_link() {
    let sentence = "The bearings of the bridge were last replaced ten years ago, the council said.";
    let text = format!("{ARTICLE}\nRead more\n{sentence}\nThe bridge opens again in April.");
    let page = page(&text);
    assert_eq!((page.body.len(), page.related.len()), (4, 0));
}

#[test]
fn the_day_below_a_link_is_its_date_and_no_other_link() {
    let text = format!(
        "{ARTICLE}\nMore on this story\n{}\nPublished 12 March\n{}\nPublished 13 March",
        FROST[0], FERRY[0]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    let dates: Vec<_> = page.related.iter().map(|entry| entry.published_raw.as_deref()).collect();
    assert_eq!(dates, [Some("12 March"), Some("13 March")]);
    assert_eq!(page.published, None);
}

#[test]
fn a_sentence_that_goes_on_behind_the_words_of_a_marker_is_no_link() {
    let sentence = "More: a short tale about appetite.";
    let text = format!("{ARTICLE}\n{sentence}");
    let page = page(&text);
    assert_eq!(page.body.last().map(|line| &**line), Some(sentence));
    assert_eq!(page.related, []);
}

#[test]
fn a_line_that_ends_a_list_ends_it_whatever_follows() {
    let file = "language = \"en\"\n[[furniture]]\nname = \"list\"\nend_of_list = [\"here the list ends\"]\n";
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mine.toml"), file).unwrap();
    let layouts = Layouts::load(dir.path()).unwrap();
    let text = format!(
        "{ARTICLE}\nRead also:\n{}\n{}\nHere the list ends\nA short line of the article\nThe bridge opens again in April.",
        FROST[0], FERRY[0]
    );
    let page = read(&text, &layouts, &Context::default());
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    assert_eq!(page.body.last().map(|line| &**line), Some("The bridge opens again in April."));
    assert_eq!(page.furniture, ["Here the list ends"]);
}

#[test]
fn a_date_behind_links_above_the_first_paragraph_is_the_articles() {
    let text = format!(
        "Harbour bridge closes until spring\nRelated news\n{}\n{}\n14 March 2024\n{}",
        FROST[0],
        FERRY[0],
        ARTICLE.split_once('\n').unwrap().1
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
    assert!(!page.body.is_empty());
}

#[test]
fn a_day_without_a_label_below_a_link_is_its_date() {
    let text = format!(
        "{ARTICLE}\nMore on this story\n{}\n12 March 2024\n{}\n13 March 2024",
        FROST[0], FERRY[0]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    let dates: Vec<_> = page.related.iter().map(|entry| entry.published_raw.as_deref()).collect();
    assert_eq!(dates, [Some("12 March 2024"), Some("13 March 2024")]);
}

#[test]
fn words_said_to_the_reader_need_no_colon_before_a_headline_and_one_before_a_sentence() {
    for (line, headline) in [
        (
            "Leggi anche Buche a Roma, il piano del Comune",
            Some("Buche a Roma, il piano del Comune"),
        ),
        ("اقرأ أيضا وزير النقل يتفقد الجسر", Some("وزير النقل يتفقد الجسر")),
        ("Leggi anche il piano del Comune di Roma", None),
        ("اقرأ أيضا كتب التاريخ كلها قبل أن أبدأ الكتابة.", None),
    ] {
        let text = format!("{ARTICLE}\n{line}\nThe bridge opens again in April.");
        let page = page(&text);
        let found = page.related.first().and_then(|entry| entry.headline.as_deref());
        assert_eq!(found, headline, "{line}");
    }
}

#[test]
fn a_day_with_its_time_behind_a_headline_is_the_date_of_its_link_and_a_day_alone_is_not() {
    let text = "وزير النقل يتفقد المطار الجديد\nتفقد وزير النقل المطار الجديد واطلع على سير العمل فيه قبل موسم الحج.\nالمصدر: صحيفة عاجل\nأخبار قد تهمك\nهيئة الطرق تنهي أعمال المسح 11 يونيو 2024 - 3:15 مساءً\nتوقعات الأبراج الثلاثاء 11 يونيو 2024";
    let page = page(text);
    let links: Vec<_> = page
        .related
        .iter()
        .map(|link| (link.headline.as_deref(), link.published_raw.as_deref()))
        .collect();
    assert_eq!(
        links,
        [
            (Some("هيئة الطرق تنهي أعمال المسح"), Some("11 يونيو 2024 - 3:15 مساءً")),
            (Some("توقعات الأبراج الثلاثاء 11 يونيو 2024"), None),
        ]
    );
}

#[test]
fn what_links_are_about_is_said_beside_their_marker() {
    let goes_on =
        "The bridge opens again in April, when its new bearings have settled, the council said.";
    for marker in [
        "More on the harbour bridge:",
        "Lire plus sur le pont du port :",
        "Mehr zu der Hafenbrücke:",
    ] {
        let text = format!("{ARTICLE}\n{marker}\n{}\n{}\n{goes_on}", FROST[0], FERRY[0]);
        let page = page(&text);
        assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)], "{marker}");
        assert_eq!(page.body.len(), 3, "{marker}");
    }
    let urdu = "بندرگاہ کا پل بند\nبندرگاہ کا پل پیر سے ہر قسم کی آمدورفت کے لیے بند رہے گا، شہر کی کونسل نے کہا۔\n\
                پل کی مرمت کے بارے میں مزید پڑھیے\nباغبانوں کو پالے کا خوف\nجزیرے کے لیے نئی کشتی\n\
                پل اپریل میں دوبارہ کھلے گا جب اس کے نئے پرزے اپنی جگہ بیٹھ جائیں گے، کونسل نے کہا۔";
    let urdu = page(urdu);
    assert_eq!((urdu.body.len(), urdu.related.len()), (2, 2), "{:?}", urdu.related);
}

#[test]
fn a_sentence_with_a_topic_and_a_colon_is_no_marker() {
    for line in [
        "More on that at 14:30, said the council, and nobody asked what more there was to say.",
        "More about the bridge: it was built by the grandfather of the man who closed it.",
        "The council knew more about the old bridge of the harbour than it wanted to say: nothing.",
        "بندرگاہ کے پل کے بارے میں شہر کی کونسل کی ویب سائٹ پر جا کر مزید پڑھیں۔",
    ] {
        let text = format!("{ARTICLE}\n{line}\nThe bridge opens again in April, the council said.");
        let page = page(&text);
        assert!(page.related.is_empty(), "{line}: {:?}", page.related);
        assert!(page.body.iter().any(|paragraph| paragraph == line), "{line}: {:?}", page.body);
    }
}

#[test]
fn an_address_or_a_credit_among_links_is_no_headline() {
    let address = "https://news.example/2024/frost#share";
    let text = format!("{ARTICLE}\nRead more: {address}");
    let copied = page(&text);
    assert!(copied.related.is_empty(), "{:?}", copied.related);
    assert_eq!(copied.furniture, [address]);
    let goes_on =
        "The bridge opens again in April, when its new bearings have settled, the council said.";
    let text = format!(
        "{ARTICLE}\nRelated stories\n{}\n{address}\nImage copyright Harbour Post\n{}\n{goes_on}",
        FROST[0], FERRY[0]
    );
    let list = page(&text);
    assert_eq!(told(&list.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    assert_eq!(list.furniture, [address, "Image copyright Harbour Post"]);
    assert_eq!(list.body.len(), 3);
}

#[test]
fn an_arabic_semicolon_closes_a_marker() {
    let text = "پل بندر بسته شد\nپل بندر از دوشنبه به روی همه خودروها بسته خواهد بود، شورای شهر گفت.\n\
                بیشتر بخوانید؛ باغداران از سرمای دیررس می‌ترسند\nشورا گفت که پل در بهار دوباره باز می‌شود.";
    let page = page(text);
    assert_eq!((page.body.len(), page.related.len()), (2, 1), "{:?}", page.body);
}

#[test]
fn a_sentence_that_was_cut_behind_a_marker_within_a_line_is_no_headline() {
    let line = "Le pont du port sera fermé jusqu'au printemps. Lire aussi : Mais tandis que la ville attend, \
                le conseil cherche encore qui doit payer les travaux...";
    let text = format!(
        "Le pont du port ferme lundi\n{line}\nLa suite des travaux est prévue en avril, dit le conseil."
    );
    let page = page(&text);
    assert!(page.related.is_empty(), "{:?}", page.related);
    assert_eq!(page.body[0], line);
    assert!(page.warnings.contains(&newsmill::record::Warning::RelatedUnsplit));
}

#[test]
fn an_address_behind_a_headline_is_no_part_of_it() {
    let text = format!("{ARTICLE}\nRead more: {} https://news.example/frost#1", FROST[0]);
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0)]);
    assert_eq!(page.furniture, ["https://news.example/frost#1"]);
}

#[test]
fn a_topic_may_stand_between_a_marker_and_the_headline_on_its_line() {
    let goes_on =
        "The bridge opens again in April, when its new bearings have settled, the council said.";
    let text = format!("{ARTICLE}\nRelated on Harbour Watch: {}\n{goes_on}", FROST[0]);
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0)]);
    assert_eq!(page.body.len(), 3);
}

#[test]
fn a_headline_with_dots_begins_a_list_of_links_as_any_other() {
    let text = format!(
        "{ARTICLE}\nSee also:\nFerry or bridge? This is what most of us would say...\n{}",
        FROST[0]
    );
    let page = page(&text);
    assert_eq!(page.related.len(), 2, "{:?}", page.related);
    assert_eq!(page.body.len(), 2);
}

#[test]
fn a_headline_ends_where_a_quote_with_a_number_is_glued_to_it() {
    let text = "Ura e portit mbyllet\nUra e portit do të mbyllet nga e hëna.Lexoni edhe:Fermerët frikësohen nga ngricat e vona“19.06.2020 – \
                Pas mbylljes ura do të riparohet deri në pranverë, njoftoi bashkia.";
    let page = page(text);
    assert_eq!(page.related.len(), 1, "{:?}", page.body);
    assert_eq!(page.related[0].headline.as_deref(), Some("Fermerët frikësohen nga ngricat e vona"));
}

#[test]
fn a_few_words_among_links_are_the_name_of_a_section_or_a_tag() {
    let text = format!("{ARTICLE}\nRead also:\n{}\nHarbour\n{}\nThe valley", FROST[0], FERRY[0]);
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    assert_eq!(page.furniture, ["Harbour", "The valley"]);
}

#[test]
fn a_short_headline_on_its_markers_line_is_a_link() {
    let text = format!("{ARTICLE}\nRead also: Frost warning\n");
    assert_eq!(told(&page(&text).related), [(LINK, "Frost warning", 0)]);
}

#[test]
fn a_heading_over_the_paragraph_behind_links_is_the_articles() {
    let goes_on = "The bridge opens again in April, when its new bearings have settled and the harbour allows it.";
    let text = format!("{ARTICLE}\nRead also:\n{}\nNew bearings\n{goes_on}", FROST[0]);
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0)]);
    assert_eq!(page.body[2..], ["New bearings", goes_on]);
}

#[test]
fn what_the_site_says_behind_the_last_links_belongs_to_none() {
    let text = format!(
        "{ARTICLE}\nRead also:\n{}\n{}\nLeave a comment\nYou answer this reader.",
        FROST[0], FERRY[0]
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
    assert_eq!(page.furniture, ["Leave a comment", "You answer this reader."]);
}

#[test]
fn a_few_words_behind_a_link_are_no_story() {
    let text = format!("{ARTICLE}\nRead also:\n{}\nThe Gazette elsewhere:\nFacebook", FROST[0]);
    let page = page(&text);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0)]);
}

#[test]
fn the_headlines_of_a_block_are_counted_by_themselves() {
    let text = format!(
        "{ARTICLE}\nRead also: {}\nThe bridge opens again in April, when its new bearings have settled.\nSource: Harbour Post\nRelated stories\n1. Three days on the quays of the town\n2. The night ferry has a second boat",
        FROST[0]
    );
    let page = page(&text);
    let links = [
        (LINK, FROST[0], 0),
        (LINK, "Three days on the quays of the town", 0),
        (LINK, "The night ferry has a second boat", 0),
    ];
    assert_eq!(told(&page.related), links);
}

#[test]
fn headlines_with_a_teaser_each_are_links() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\nThis hard night may not have come with the usual warning from the weather office of the valley...\nAs a boy he was one of the best known faces of the port\nAs the port prepares for the new season, the smiling boy of the old poster has...",
        FROST[0]
    );
    let page = page(&text);
    assert_eq!(page.related.len(), 2);
    assert!(page.related.iter().all(|link| link.teaser.is_some() && link.body.is_empty()));
}

#[test]
fn items_of_a_list_are_links_where_the_article_asks_questions_too() {
    let text = format!(
        "{ARTICLE}\nIs the bridge safe until then? Nobody at the council would say so.\nRead also:\n• {}\n• Why does the night ferry have a second boat?\nThe bridge opens again in April, when its new bearings have settled.",
        FROST[0]
    );
    let page = page(&text);
    let second = "Why does the night ferry have a second boat?";
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, second, 0)]);
}

#[test]
fn headlines_that_are_as_long_as_each_other_are_no_broken_text() {
    let links = [
        "Orchard growers fear late frost in the upper half of the river valley",
        "Night ferry has a second boat and the company looks for more of them",
        "Council votes for a new school beside the old quarry above the town",
        "Harbour museum opens its doors again with all paintings of the fleet",
        "Three days on the quays",
    ];
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRelated stories\n{}", links.join("\n"));
    let page = page(&text);
    assert_eq!(told(&page.related), links.map(|link| (LINK, link, 0)));
}

#[test]
fn one_headline_of_a_list_may_be_long() {
    let long = "Nobel laureate stunned the whole country: the wreck below the bridge came from the old shipyard, none of my friends answers the telephone";
    let links = ["Orchard growers fear late frost", long, "Night ferry has a second boat"];
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRelated stories\n{}", links.join("\n"));
    let page = page(&text);
    assert_eq!(told(&page.related), links.map(|link| (LINK, link, 0)));
}

#[test]
fn a_section_behind_the_words_of_a_marker_stands_above_links_and_above_a_paragraph_it_does_not() {
    let article = "The harbour bridge closes to all traffic\n14 March 2024\nThe old bridge over the river mouth will be closed from Monday, said the council.\nThe ferry will run twice as often until the works are done.";
    let text = format!(
        "{article}\nMore from Harbour Town\nOrchard growers fear the late frost\nThe night ferry has a second boat"
    );
    let page_of = page(&text);
    let headlines: Vec<_> =
        page_of.related.iter().flat_map(|link| link.headline.as_deref()).collect();
    assert_eq!(
        headlines,
        ["Orchard growers fear the late frost", "The night ferry has a second boat"]
    );
    assert_eq!(page_of.body.len(), 2);
    let text = format!(
        "{article}\nMore from the council\nThe council said that it would pay for the second boat until the spring."
    );
    assert_eq!(page(&text).related.len(), 0);
}
