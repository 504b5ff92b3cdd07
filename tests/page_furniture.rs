//! What the site puts there and no editor wrote: buttons, boxes, notes of rights, and lines that only look like them.

#[path = "common/reading.rs"]
mod reading;

use newsmill::record::RelatedKind;

use reading::page;

const FIRST: &str =
    "The harbour bridge will be closed to all traffic from Monday, the council said.";
const SECOND: &str = "Engineers found rust in two of its piers and asked for new bearings.";

#[test]
fn buttons_for_the_size_of_letters_are_furniture_wherever_they_stand() {
    for lines in ["A+\nA-", "A+ A-", "A- A A+", "Aa+", "Share\nAA\n+", "A\nA+\nA-"] {
        let text = format!("A headline of the page\n{lines}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, SECOND], "{lines}");
        assert_eq!(page.furniture, lines.split('\n').collect::<Vec<_>>());
    }
}

#[test]
fn a_grade_an_agency_or_a_star_on_a_line_of_its_own_stays_in_the_body() {
    for line in ["AA", "A", "* * *", "*", "—", "B+", "C- or better", "+"] {
        let text = format!("A headline of the page\n{FIRST}\n{line}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, line, SECOND], "{line}");
    }
}

#[test]
fn a_sign_between_buttons_is_furniture() {
    let text = format!("A headline of the page\nShare\n|\nPrint\n+\n{FIRST}\n*\n{SECOND}");
    let page = page(&text);
    assert_eq!(page.body, [FIRST, "*", SECOND]);
    assert_eq!(page.furniture, ["Share", "|", "Print", "+"]);
}

#[test]
fn all_that_stands_in_the_box_of_a_newsletter_is_furniture() {
    let text = format!(
        "A headline of the page\n{FIRST}\nskip past newsletter promotion\nSign up to First Edition\n\
         Our morning letter says what happens and why it matters.\nafter newsletter promotion\n{SECOND}"
    );
    let page = page(&text);
    assert_eq!(page.body, [FIRST, SECOND]);
    assert_eq!(page.furniture.len(), 4);
}

#[test]
fn a_box_that_is_not_closed_or_not_opened_takes_nothing_with_it() {
    for line in ["skip past newsletter promotion", "after newsletter promotion"] {
        let text = format!("A headline of the page\n{FIRST}\n{line}\n{SECOND}");
        assert_eq!(page(&text).body, [FIRST, SECOND], "{line}");
    }
}

#[test]
fn a_note_of_rights_is_known_by_its_end_and_a_paragraph_is_none() {
    let note = "Copyright 2024 The Harbour Post. All rights reserved.";
    let text = format!("A headline of the page\n{FIRST}\n{note}");
    let noted = page(&text);
    assert_eq!((noted.body, noted.furniture), (vec![FIRST.into()], vec![note.into()]));
    let sentence =
        format!("{} The publisher says that it has all rights reserved.", FIRST.repeat(4));
    let text = format!("A headline of the page\n{sentence}");
    assert_eq!(page(&text).body, [sentence.as_str()]);
}

#[test]
fn an_address_for_mail_behind_a_word_for_it_is_furniture_and_one_in_a_sentence_is_not() {
    let sentence = "Write to harbour@example.org if you have seen the ferry, the police asked.";
    let text =
        format!("A headline of the page\n{FIRST}\n{sentence}\nContact: desk@harbour.example");
    let page = page(&text);
    assert_eq!(page.body, [FIRST, sentence]);
    assert_eq!(page.furniture, ["Contact: desk@harbour.example"]);
}

#[test]
fn a_headline_run_together_with_its_marker_is_a_link_and_a_name_is_not() {
    let text = format!(
        "A headline of the page\n{FIRST}\nRead alsoThe night ferry has a second boat\n{SECOND}"
    );
    let cut = page(&text);
    assert_eq!(cut.body, [FIRST, SECOND]);
    assert_eq!(cut.related[0].headline.as_deref(), Some("The night ferry has a second boat"));
    assert_eq!(cut.related[0].kind, RelatedKind::Link);
    for line in
        ["WatchOS Eleven comes to old clocks too", "See alsoran runs the whole ticket office"]
    {
        let text = format!("A headline of the page\n{FIRST}\n{line}\n{SECOND}");
        let page = page(&text);
        assert_eq!((page.body.len(), page.related.len()), (3, 0), "{line}");
    }
}

#[test]
fn words_behind_source_within_a_sentence_are_no_value_though_a_label_stands_among_them() {
    let sentence = "Shares rose by four percent. Source: company filing, which was published late on Wednesday, shows costs fell.";
    let text = format!("A headline of the page\n{sentence}\n{SECOND}");
    let page = page(&text);
    assert_eq!((page.source, page.body), (None, vec![sentence.into(), SECOND.into()]));
}

#[test]
fn a_date_stands_below_fields_and_buttons_and_not_among_paragraphs() {
    let head = "Reporter:\nNora Field\nEditor:\nSam Poole\nShare\nPrint\n14 March 2024";
    let text = format!("A headline of the page\n{head}\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).published.unwrap().raw, "14 March 2024");
    let text = format!(
        "A headline of the page\n{FIRST}\n{SECOND}\n{FIRST}\n{SECOND}\n14 March 2024\n{FIRST}"
    );
    let chronicle = page(&text);
    assert_eq!((chronicle.published, chronicle.body.len()), (None, 6));
}

const OWN: &str =
    "قال مجلس المدينة اليوم إن الجسر القديم سيغلق أمام السيارات ابتداء من الاثنين المقبل لإصلاحه.";
const NEXT: &str = "وأضاف المجلس أن أعمال الإصلاح تستمر ثلاثة أشهر وأن الحافلات تسلك طريق الميناء.";

#[test]
fn the_name_of_a_section_and_the_minutes_of_reading_are_furniture_above_the_first_paragraph() {
    let text =
        format!("سياسة\nإغلاق الجسر القديم أمام السيارات\nأخبار عربية\n3 دقائق\n{OWN}\n{NEXT}");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some("إغلاق الجسر القديم أمام السيارات"));
    assert_eq!(page.furniture, ["سياسة", "أخبار عربية", "3 دقائق"]);
    assert_eq!(page.body, [OWN, NEXT]);
}

#[test]
fn the_name_of_a_section_below_a_paragraph_is_a_heading_of_the_article() {
    let text = format!("إغلاق الجسر القديم أمام السيارات\n{OWN}\nسياسة\n{NEXT}");
    assert_eq!(page(&text).body, [OWN, "سياسة", NEXT]);
}

#[test]
fn the_name_of_a_section_that_is_all_the_headline_there_is_stays_the_headline() {
    for behind in [OWN, "رشيد القمري"] {
        let text = format!("رياضة\n{behind}\n{NEXT}");
        assert_eq!(page(&text).headline.as_deref(), Some("رياضة"), "{behind}");
    }
}

#[test]
fn a_line_that_begins_as_a_counter_does_and_goes_on_as_a_sentence_stays_in_the_body() {
    for sentence in [
        "عدد المشاهدات التي حققها المقطع بلغ مليونا في يوم واحد.",
        "للاشتراك في المسابقة شروط أعلنتها الوزارة أمس.",
    ] {
        let text = format!("إغلاق الجسر القديم أمام السيارات\n{OWN}\n{sentence}");
        assert_eq!(page(&text).body, [OWN, sentence]);
    }
}

#[test]
fn a_number_beside_the_date_or_the_author_is_furniture_and_one_between_paragraphs_is_not() {
    for lines in ["14 March 2024\n1254\n0", "1254\n14 March 2024", "By: Nora Field\n1254"] {
        let text = format!("A headline of the page\n{lines}\n{FIRST}\n7\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, "7", SECOND], "{lines}");
        assert_eq!(page.furniture[0], "1254");
    }
}

#[test]
fn a_label_with_nothing_but_a_number_is_furniture_and_one_with_a_date_or_a_score_is_not() {
    let text = format!("A headline of the page\n{FIRST}\nPassengers: 50112\n{SECOND}");
    let numbered = page(&text);
    assert_eq!(numbered.body, [FIRST, "Passengers: 50112", SECOND], "no layout knows that label");
    let text = format!("A headline of the page\n{FIRST}\nAuthor: 50112\n{SECOND}");
    assert_eq!(page(&text).furniture, ["Author: 50112"]);
    for line in ["Sources: 3 - 1", "The source of the figures: 7", "Date created : 2014-09-14"] {
        let text = format!("A headline of the page\n{FIRST}\n{line}\n{SECOND}");
        assert_eq!(page(&text).body, [FIRST, line, SECOND]);
    }
}

#[test]
fn an_address_of_the_web_beside_a_button_is_furniture_and_one_behind_a_paragraph_is_not() {
    let address = "https://harbour.example/4dXyZ";
    let text = format!("A headline of the page\nShare\n{address}\n{FIRST}\n{SECOND}\n{address}");
    let page = page(&text);
    assert_eq!(page.body, [FIRST, SECOND, address]);
    assert_eq!(page.furniture, ["Share", address]);
}

#[test]
fn buttons_behind_a_word_for_them_are_furniture_and_a_blood_group_is_not() {
    let text = format!(
        "A headline of the page\nFont size: A+ A-\n{FIRST}\nBlood group: A+\nA A\n{SECOND}"
    );
    let page = page(&text);
    assert_eq!(page.body, [FIRST, "Blood group: A+", SECOND]);
    assert_eq!(page.furniture, ["Font size: A+ A-", "A A"]);
}

#[test]
fn a_line_drawn_of_longer_letters_is_furniture() {
    let text = format!("A headline of the page\n{FIRST}\nـــــــــ\n{SECOND}");
    let page = page(&text);
    assert_eq!(
        (page.body, page.furniture),
        (vec![FIRST.into(), SECOND.into()], vec!["ـــــــــ".into()])
    );
}

#[test]
fn the_headline_again_is_furniture_behind_furniture_and_nowhere_else() {
    let headline = "The harbour bridge closes to all traffic";
    let text = format!(
        "{headline}\n{headline}\n{FIRST}\n{SECOND}\nComments\n{headline}\nSource: Harbour Post\n\
         Read also:\n{headline}\n{FIRST}"
    );
    let page = page(&text);
    assert_eq!(page.body, [headline, FIRST, SECOND]);
    assert_eq!(page.furniture, ["Comments", headline]);
    assert_eq!(page.related[0].headline.as_deref(), Some(headline));
    let text = format!("{headline}\nPublished: 14 March 2024\n{headline}\n{FIRST}\n{SECOND}");
    assert_eq!(reading::page(&text).body, [headline, FIRST, SECOND]);
}

#[test]
fn how_long_ago_a_page_was_printed_is_furniture_above_the_text_and_nowhere_else() {
    let paragraph = "ذكرت صحيفة محلية أن النادي اقترب من حسم صفقة اللاعب الفرنسي نهاية الموسم.";
    let text =
        format!("النادي يقترب من حسم صفقة جديدة\nمنذ 3 ساعات\n{paragraph}\n3 ساعات\n{paragraph}");
    let page = page(&text);
    assert_eq!((page.body.len(), page.furniture), (3, vec!["منذ 3 ساعات".into()]));
}

#[test]
fn the_initials_of_who_wrote_an_arabic_article_are_furniture() {
    let (first, second) = (
        "أعلنت البلدية أن الجسر القديم سيفتح أمام المارة يوم الاثنين بعد أشهر من أعمال الصيانة.",
        "وقال المهندس المشرف إن السيارات ستنتظر حتى نهاية الربيع على أبعد تقدير.",
    );
    for end in ["ر.ح", "======= ن.ح", "م.ا/ب.م", "ع ا / ر ب (رويترز)"] {
        let text = format!("فتح جسر الميناء القديم\n14 مارس 2024\n{first}\n{second}\n{end}");
        let page = page(&text);
        assert_eq!(page.body, [first, second], "{end}");
        assert_eq!(page.furniture.len(), end.lines().count(), "{end}");
    }
    // One letter or a title with a point is a word.
    for own in ["د.", "م. سمير", "."] {
        let text = format!("فتح جسر الميناء القديم\n14 مارس 2024\n{first}\n{own}\n{second}");
        assert_eq!(page(&text).body, [first, own, second]);
    }
}

#[test]
fn a_call_to_the_reader_is_furniture_whatever_the_site_is_called() {
    for call in [
        "Follow the Valley Gazette on Facebook, X and Instagram.",
        "Join our growers' channel for more",
        "Get the harbour briefing in your inbox",
    ] {
        let text = format!("A headline of the page\n{FIRST}\n{call}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.body, [FIRST, SECOND], "{call}");
        assert_eq!(page.furniture, [call]);
    }
}

#[test]
fn a_line_that_begins_as_the_site_s_does_may_have_a_space_before_its_colon() {
    for line in
        ["رابط دائم : https://paper.example/abc12", "عدد المشاهدات : 4512", "كود الخبر : 17"]
    {
        let text = format!("Harbour bridge closes until spring\n{FIRST}\n{FIRST}\n{line}");
        assert_eq!(page(&text).body, [FIRST, FIRST], "{line}");
    }
}

#[test]
fn who_asks_for_something_in_a_sentence_calls_no_reader() {
    for line in [
        "Follow the signs to the ferry until the works on the harbour bridge are done.",
        "The council asked drivers to follow its channel and to take the ferry.",
        "Download of plans from the app of the council took all night, and the growers gave up on it.",
    ] {
        let text = format!("A headline of the page\n{FIRST}\n{line}\n{SECOND}");
        assert_eq!(page(&text).body, [FIRST, line, SECOND], "{line}");
    }
}

#[test]
fn short_lines_behind_the_article_are_furniture_where_the_site_has_begun() {
    for tail in [
        "Share\nThe harbour board",
        "Valley letters\nShare",
        "Source: Gazette\nBuy the rights\nShare",
    ] {
        let text = format!("A headline of the page\n{FIRST}\n{SECOND}\n{tail}");
        assert_eq!(page(&text).body, [FIRST, SECOND], "{tail}");
    }
}

#[test]
fn short_lines_behind_the_article_are_its_own_where_nothing_of_the_site_stands_beside_them() {
    for tail in [
        "Josh Harbour",
        "The valley waits",
        "Gold: 12\nSilver: 9\nShare",
        "// end //\nSource: Gazette",
        "Closed until then are:\nHarbour bridge\nMill bridge\nShare",
    ] {
        let text = format!("A headline of the page\n{FIRST}\n{SECOND}\n{tail}");
        let page = page(&text);
        let own = tail.lines().filter(|line| !matches!(*line, "Share" | "Source: Gazette"));
        assert_eq!(page.body, [FIRST, SECOND].into_iter().chain(own).collect::<Vec<_>>(), "{tail}");
    }
}

#[test]
fn a_line_that_is_broken_off_goes_on_below_it() {
    let broken = "The mayor spoke for an hour about the bridge, the ferry and the budget of";
    let text =
        format!("A headline of the page\n{FIRST}\n{SECOND}\n{broken}\nthe harbour board\nShare");
    assert_eq!(page(&text).body, [FIRST, SECOND, broken, "the harbour board"]);
}

#[test]
fn what_readers_say_below_the_comments_is_furniture() {
    let text = format!(
        "A headline of the page\n{FIRST}\n{SECOND}\n{FIRST}\n{SECOND}\n3 comments\nTom\nWhat a bridge!"
    );
    let with_comments = page(&text);
    assert_eq!(with_comments.body.len(), 4);
    assert_eq!(with_comments.furniture, ["3 comments", "Tom", "What a bridge!"]);
    // The button stands above most of the article, too.
    let text = format!("A headline of the page\n{FIRST}\n{SECOND}\nComments\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).body.len(), 4);
}

#[test]
fn who_took_a_picture_is_furniture_and_what_it_shows_is_not() {
    for (credit, is_credit) in [
        ("Photo: Nora Field / dpa", true),
        ("Foto: dpa", true),
        ("Photo: The bridge was closed in March", false),
        ("Photo: A boat passes below (Nora Field)", false),
        ("Photo finish at the harbour regatta", false),
    ] {
        let text = format!("A headline of the page\n{FIRST}\n{credit}\n{SECOND}");
        assert_eq!(page(&text).body.len(), if is_credit { 2 } else { 3 }, "{credit}");
    }
}

#[test]
fn a_button_in_capitals_beside_the_site_is_furniture_unless_the_article_speaks_of_it() {
    for (line, is_button) in
        [("COUNT ME IN", true), ("HARBOUR BRIDGE", false), ("Count me in", false)]
    {
        let text = format!("A headline of the page\n{FIRST}\nShare\n{line}\n{SECOND}");
        assert_eq!(page(&text).body.len(), if is_button { 2 } else { 3 }, "{line}");
    }
}

#[test]
fn the_date_again_is_furniture_but_in_a_chronology() {
    let text = format!(
        "A headline of the page\n14 March 2024\n{FIRST}\n{SECOND}\nShare\n14 March 2024, 10:00"
    );
    assert_eq!(page(&text).body, [FIRST, SECOND]);
    let text = format!(
        "A headline of the page\n15 March 2024\n{FIRST}\n14 March 2024\n{SECOND}\n15 March 2024\n{FIRST}"
    );
    assert_eq!(page(&text).body.len(), 5);
}

#[test]
fn the_source_of_a_picture_is_none_of_the_article() {
    let text = format!(
        "The harbour bridge closes to all traffic\n14 March 2024\nSource: Getty Images\n{FIRST}\n{SECOND}"
    );
    let pictured = page(&text);
    assert_eq!(pictured.source, None);
    assert_eq!(pictured.furniture, ["Getty Images"]);
    let text = format!("{text}\nSource: Harbour Post");
    assert_eq!(page(&text).source.as_deref(), Some("Harbour Post"));
}

#[test]
fn what_readers_wrote_behind_an_appended_story_is_furniture() {
    let story = "A second boat sails at night from Monday, said the company.\nIt takes forty cars.";
    let readers = "2 comments\nbridgefan\nAbout time they did something!\nriverman77\nI will have to drive an hour longer.";
    let text = format!(
        "The harbour bridge closes to all traffic\n14 March 2024\n{FIRST}\n{SECOND}\nSource: Harbour Post\n\
         Read also:\nThe night ferry has a second boat\n{story}\n{readers}"
    );
    let page = page(&text);
    assert_eq!(page.related.len(), 1);
    assert_eq!(page.related[0].body, story.lines().collect::<Vec<_>>());
    assert_eq!(page.furniture, readers.lines().collect::<Vec<_>>());
}

#[test]
fn a_number_to_call_behind_the_article_is_furniture_and_so_are_the_few_words_beside_it() {
    let text = format!(
        "The harbour bridge closes to all traffic\n14 March 2024\n{FIRST}\n{SECOND}\nThe Harbour Post\ndesk@harbour.example\n+44 20 7946 0000"
    );
    assert_eq!(page(&text).body, [FIRST, SECOND]);
    // Who wrote it signs with an address.
    let text = format!(
        "The harbour bridge closes to all traffic\n14 March 2024\n{FIRST}\n{SECOND}\nnora@harbour.example"
    );
    assert_eq!(page(&text).body.len(), 3);
}

#[test]
fn an_address_of_the_web_above_the_first_paragraph_and_a_number_behind_the_last_story_are_furniture()
 {
    let text = format!(
        "The harbour bridge closes to all traffic\n14 March 2024\nhttps://video.example/watch?v=1\n{FIRST}\n{SECOND}\nSource: Harbour Post\n\
         Read also:\nThe night ferry has a second boat\nA second boat sails at night from Monday, said the company.\nIt takes forty cars.\n212321"
    );
    let read = page(&text);
    assert_eq!(read.body, [FIRST, SECOND]);
    assert_eq!(read.related[0].body.len(), 2);
    assert_eq!(read.furniture, ["https://video.example/watch?v=1", "212321"]);
}
