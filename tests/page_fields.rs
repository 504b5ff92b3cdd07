//! Labels in a row, dates and names without one, and what a page has without any marker (page-shapes §6 and §7).

#[path = "common/reading.rs"]
mod reading;

use newsmill::page::{Context, Layouts, Part, explain, read};
use newsmill::record::Warning;

use reading::page;

const BRIDGE: &str =
    "The harbour bridge will be closed to all traffic from Monday, the council said.";

#[test]
fn labels_in_a_row_each_have_their_value() {
    let text = format!(
        "A headline of the page\nBy: Nora Field | Source: Harbour Post | Date: 14 March 2024\n{BRIDGE}"
    );
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.source.as_deref(), Some("Harbour Post"));
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
    assert_eq!(page.body, [BRIDGE]);
}

#[test]
fn several_stories_without_a_marker_between_them_stay_in_one_body_and_whole() {
    let lines = [
        "बंदरगाह का पुराना पुल बंद होगा",
        "बंदरगाह के ऊपर का पुराना पुल सोमवार से नौ हफ्ते के लिए बंद रहेगा, नगर परिषद ने कहा।",
        "बाग वालों को पाले का डर",
        "घाटी के बाग वालों को डर है कि देर का पाला आधी फसल ले जाएगा।",
        "द्वीप को नई नाव मिली",
        "नई नाव जून से द्वीप के लिए चलेगी और उस पर नब्बे गाड़ियां आ सकती हैं।",
    ];
    let text = lines.join("\n");
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some(lines[0]));
    assert_eq!(page.body, lines[1..]);
    assert!(page.related.is_empty());
}

#[test]
fn related_news_inside_a_line_without_a_colon_stays_with_its_line() {
    let line = "Cây cầu đóng cửa từ thứ hai, tin liên quan Phà đêm có thêm thuyền \"Chúng tôi sẽ chạy suốt đêm\", ông nói.";
    let text = format!("Cầu cũ ở cảng đóng cửa\n{line}\nCác kỹ sư tìm thấy gỉ sét ở hai trụ cầu.");
    let page = page(&text);
    assert_eq!(page.body, [line, "Các kỹ sư tìm thấy gỉ sét ở hai trụ cầu."]);
    assert!(page.related.is_empty());
}

#[test]
fn a_byline_needs_no_colon_below_the_headline_and_a_sentence_is_none() {
    for (language, line, author) in [
        ("en", "By Nora Field", Some("Nora Field")),
        ("en", "BY NORA FIELD AND JAN DE VRIES", Some("NORA FIELD AND JAN DE VRIES")),
        ("en", "By the harbour", None),
        ("en", "By Monday nine hundred cars had crossed.", None),
        ("en", "By Nora Field, harbour correspondent", Some("Nora Field, harbour correspondent")),
        ("en", "By Monday they were gone", None),
        ("en", "By land, sea and air", None),
        ("fr", "Par Nora Champ", Some("Nora Champ")),
        ("fr", "Par Nora Champ avec AFP", Some("Nora Champ avec AFP")),
        ("sq", "Nga A.K.", Some("A.K.")),
        ("ar", "كتب محمود عبد الراضي", Some("محمود عبد الراضي")),
        ("fr", "Par ailleurs", None),
        ("de", "Von Nora Feld", Some("Nora Feld")),
        ("es", "Por Nora Campo", Some("Nora Campo")),
        ("it", "di Nora Campi", Some("Nora Campi")),
        ("id", "Oleh Nora Ladang", Some("Nora Ladang")),
        ("ar", "بقلم نورة الحقل", Some("نورة الحقل")),
        ("en", "Par Nora Champ", None),
    ] {
        let text = format!("A headline of the page\n{line}\n{BRIDGE}");
        let context = Context { language: Some(language), ..Context::default() };
        let page = read(&text, Layouts::builtin(), &context);
        assert_eq!(page.author.as_deref(), author, "{line}");
        assert_eq!(page.body.len(), if author.is_some() { 1 } else { 2 }, "{line}");
    }
}

#[test]
fn a_label_may_stand_in_brackets_or_before_a_slash() {
    for (text, source, body) in [
        (
            "A headline\nThe only paragraph of the page. (Source: Reuters)",
            "Reuters",
            "The only paragraph of the page.",
        ),
        (
            "A headline\nThe only paragraph of the page.\n[Source: Harbour Post (online)]",
            "Harbour Post (online)",
            "The only paragraph of the page.",
        ),
        ("عنوان\nنص الخبر كله هنا. (المصدر: وكالات)", "وكالات", "نص الخبر كله هنا."),
        ("عنوان\nنص الخبر كله هنا.\nالمصدر / وكالات", "وكالات", "نص الخبر كله هنا."),
        ("عنوان\nنص الخبر كله هنا.\nالمصدر/ وكالات", "وكالات", "نص الخبر كله هنا."),
    ] {
        let page = page(text);
        assert_eq!(page.source.as_deref(), Some(source), "{text}");
        assert_eq!(page.body, [body], "{text}");
    }
}

#[test]
fn explain_names_what_came_second_and_nothing_where_nothing_did() {
    let text = format!(
        "A headline of the page\n{BRIDGE} It is read by many, and more is published in the data.\nPublished works of two authors fill the shelf.\nRead also: New ferry"
    );
    let context = Context { language: Some("en"), ..Context::default() };
    let explained = explain(&text, Layouts::builtin(), &context);
    let second: Vec<_> = explained
        .lines
        .iter()
        .map(|piece| (piece.part, piece.runner_up.as_ref().map(|second| second.part)))
        .collect();
    let expected = [
        (Part::Headline, None),
        (Part::Body, None),
        (Part::Body, Some(Part::Label)),
        (Part::Marker, None),
        (Part::Headline, None),
    ];
    assert_eq!(second, expected);
}

#[test]
fn another_rule_of_the_same_file_for_the_same_field_is_no_runner_up() {
    let text = format!("عنوان الخبر\nتاريخ النشر: 20 سبتمبر 2023\n{BRIDGE}\nالمصدر: وكالات");
    let context = Context { language: Some("ar"), ..Context::default() };
    let explained = explain(&text, Layouts::builtin(), &context);
    let second = explained.lines.iter().filter_map(|piece| {
        let (rule, second) = (piece.rule.as_ref()?, piece.runner_up.as_ref()?.rule.as_ref()?);
        Some((rule, second))
    });
    let same: Vec<_> = second.filter(|(rule, second)| rule == second).collect();
    assert_eq!(same, []);
}

#[test]
fn what_stands_above_the_headline_is_furniture() {
    for (above, headline) in [
        (&["Wirtschaft"][..], "Werk in Bremen baut 300 Stellen ab"),
        (&["الرئيسية / محليات"], "البلدية تزيل مئة مخالفة في سوق السمك القديم"),
        (&["harbour-post.example", "Home > World", "Asia"], "Harbour bridge closes until spring"),
        (&["—"], "Harbour bridge closes until spring"),
    ] {
        let text = format!("{}\n{headline}\n20 March 2024\n{BRIDGE}", above.join("\n"));
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(headline));
        assert_eq!(page.furniture, above);
        assert_eq!(page.body, [BRIDGE]);
    }
}

#[test]
fn a_short_headline_stays_one() {
    for (headline, below) in [
        ("Betrayed", BRIDGE),
        ("تصويب", "ورد في عدد أمس أن العجز بلغ مليارا، والصحيح أنه مئة مليون."),
        ("Frost warning", "By Nora Field and Sam Poole, Harbour Post"),
        ("Frost warning", "Nora Field - Harbour Post correspondent"),
        ("Weather report", "Monday, 14 March 2024 at 10:30 in the morning"),
    ] {
        let text = format!("{headline}\n{below}\n{BRIDGE}");
        assert_eq!(page(&text).headline.as_deref(), Some(headline), "{text}");
    }
}

#[test]
fn a_sign_that_ends_the_line_is_no_part_of_a_name() {
    for (line, author, source) in [
        ("كتب- أحمد السيد:", Some("أحمد السيد"), None),
        ("المصدر: وكالات.", None, Some("وكالات")),
        ("Source: Apple Inc.", None, Some("Apple Inc.")),
        ("Source: A.F.P.", None, Some("A.F.P.")),
        ("By: J.R.", Some("J.R."), None),
    ] {
        let text = format!("Harbour bridge closes until spring\n{line}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), author, "{line}");
        assert_eq!(page.source.as_deref(), source, "{line}");
        assert_eq!(page.body, [BRIDGE], "{line}");
    }
}

#[test]
fn a_date_without_a_label_may_stand_before_the_last_change() {
    for (line, published, updated) in [
        (
            "14/03/2024 09h58  Atualizado 15/03/2024 11h20",
            "2024-03-14T09:58:00Z",
            "2024-03-15T11:20:00Z",
        ),
        (
            "14 marzo 2024 (modifica il 14 marzo 2024 | 16:20)",
            "2024-03-14T00:00:00Z",
            "2024-03-14T16:20:00Z",
        ),
        (
            "14 March 2024 | Updated: 15 March 2024, 10:00",
            "2024-03-14T00:00:00Z",
            "2024-03-15T10:00:00Z",
        ),
    ] {
        let text = format!("Harbour bridge closes until spring\n{line}\n{BRIDGE}");
        let page = page(&text);
        let at = |date: Option<newsmill::page::Date<'_>>| date.and_then(|date| date.at);
        assert_eq!(at(page.published).as_deref(), Some(published), "{line}");
        assert_eq!(at(page.updated).as_deref(), Some(updated), "{line}");
        assert_eq!(page.body, [BRIDGE], "{line}");
    }
}

#[test]
fn a_place_or_an_agency_may_stand_beside_a_date_and_its_time() {
    for (line, at) in [
        ("Barcelona - 14 MAR 2024 - 05:30 CET", Some("2024-03-14T05:30:00+01:00")),
        ("بريدة 04 رمضان 1445 هـ الموافق 14 مارس 2024 م واس", Some("2024-03-14T00:00:00Z")),
        ("Barcelona - 14 MAR 2024", None),
        ("The ferry sank on 14 March 2024 at 05:30 off the coast", None),
    ] {
        let text = format!("A headline of the page\n{line}\n{BRIDGE}");
        let page = page(&text);
        let found = page.published.as_ref().and_then(|date| date.at.as_deref());
        assert_eq!(found, at, "{line}");
        assert_eq!(page.body.len(), if at.is_some() { 1 } else { 2 }, "{line}");
    }
}

#[test]
fn a_date_above_the_last_change_is_that_of_publication() {
    let text = format!(
        "A headline\n14 March 2024, 10:00\nLast modified on 15 March 2024, 11:00\n{BRIDGE}"
    );
    let page = page(&text);
    assert_eq!(page.published.unwrap().raw, "14 March 2024, 10:00");
    assert_eq!(page.updated.unwrap().raw, "15 March 2024, 11:00");
}

#[test]
fn an_agency_or_a_byline_is_no_headline() {
    for (line, is_body) in
        [("و م ع", true), ("(أ ف ب)", true), ("(Reuters)", true), ("By Nora Field", false)]
    {
        let text = format!("{line}\n{BRIDGE}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!(page.headline, None, "{line}");
        assert!(page.warnings.contains(&Warning::HeadlineMissing), "{line}");
        let author = (!is_body).then_some("Nora Field");
        assert_eq!(page.author.as_deref(), author);
        assert_eq!(page.body, [line, BRIDGE, BRIDGE][usize::from(!is_body)..]);
    }
}

#[test]
fn a_row_of_furniture_is_furniture_and_a_sentence_with_its_words_is_none() {
    let sentence = "Facebook and Twitter took the pages down, Telegram did not.";
    let text = format!("A headline\n{BRIDGE}\nFacebook Twitter | WhatsApp\n{sentence}");
    let page = page(&text);
    assert_eq!(page.furniture, ["Facebook Twitter | WhatsApp"]);
    assert_eq!(page.body, [BRIDGE, sentence]);
}

#[test]
fn the_sign_before_an_item_of_a_list_is_no_part_of_the_headline() {
    let text =
        format!("A headline\n{BRIDGE}\nRead also:\n- Frost in the valley\n• A new ferry\n—\n2");
    let page = page(&text);
    let headlines: Vec<_> = page.related.iter().map(|link| link.headline.as_deref()).collect();
    assert_eq!(headlines, [Some("Frost in the valley"), Some("A new ferry")]);
    assert_eq!(page.furniture, ["—", "2"]);
}

#[test]
fn a_byline_may_share_its_line_with_the_last_change() {
    let text = format!(
        "A headline\nWritten by Nora Field | Harbour Town | Updated: March 15, 2024 07:05 IST\n{BRIDGE}"
    );
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field | Harbour Town"));
    assert_eq!(page.updated.unwrap().at.as_deref(), Some("2024-03-15T07:05:00+05:30"));
    assert_eq!(page.body, [BRIDGE]);
}

#[test]
fn a_name_may_stand_below_its_label_without_a_colon_and_a_sentence_may_not() {
    for (label, name) in [("By", "Nora Field"), ("Source", "Reuters"), ("المصدر", "وكالة الأنباء")]
    {
        let text = format!("A headline\n{BRIDGE}\n{label}\n{name}");
        let page = page(&text);
        let named = page.author.as_deref().or(page.source.as_deref());
        assert_eq!((named, &page.body[..]), (Some(name), &[BRIDGE.into()][..]), "{label}");
    }
    for (heading, below) in [
        ("Source", "The river rises in the hills."),
        ("Source", "a spring in the hills"),
        ("المصدر", "ينبع النهر من جبال الشمال ويصب في البحر."),
    ] {
        let text = format!("A headline\n{BRIDGE}\n{heading}\n{below}");
        assert_eq!(page(&text).body, [BRIDGE, heading, below]);
    }
}

#[test]
fn a_paper_in_quotation_marks_is_a_source_and_speech_is_none() {
    for name in ["«رويترز»", "\"النهار\"", "«الشرق الأوسط»"] {
        let text = format!("عنوان الخبر\nالمصدر: {name}\n{BRIDGE}");
        assert_eq!(page(&text).source.as_deref(), Some(name));
    }
    for speech in ["«لا شروط مسبقة لدينا اليوم»", "«لا شروط.»", "«لا شروط»، كما قال"]
    {
        let line = format!("المصدر: {speech}");
        let text = format!("عنوان الخبر\n{BRIDGE}\n{line}\n{BRIDGE}");
        assert_eq!(page(&text).body, [BRIDGE, line.as_str(), BRIDGE]);
    }
}

#[test]
fn a_date_without_a_year_is_kept_as_printed_with_a_warning() {
    for (line, raw) in [
        ("تاريخ النشر: 20 سبتمبر", "20 سبتمبر"),
        ("Published: 20 September", "20 September"),
        ("Published: Monday, 20 September, 10:30", "Monday, 20 September, 10:30"),
    ] {
        let text = format!("A headline\n{line}\n{BRIDGE}");
        let page = page(&text);
        let date = page.published.unwrap();
        assert_eq!((date.at, date.precision, &*date.raw), (None, None, raw));
        assert_eq!(page.warnings, [Warning::DateUnparsed]);
        assert_eq!(page.body, [BRIDGE]);
    }
}

#[test]
fn a_number_beside_the_words_of_furniture_is_furniture_too() {
    for line in ["12 comments", "Comments (3)", "5 min read", "3 دقائق للقراءة", "0 تعليق"]
    {
        let text = format!("A headline\n{BRIDGE}\n{line}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!((&page.furniture[..], page.body.len()), (&[line.into()][..], 2));
    }
    let sentence = "12 comments were made on the plan";
    let text = format!("A headline\n{BRIDGE}\n{sentence}\n{BRIDGE}");
    assert_eq!(page(&text).body, [BRIDGE, sentence, BRIDGE]);
}

#[test]
fn a_page_in_one_line_has_its_fields_too() {
    let text = format!(
        "Harbour bridge closes until spring Published: 14 March 2024 {BRIDGE} {BRIDGE} Source: Harbour Post Tags: bridge, harbour"
    );
    let page = page(&text);
    assert_eq!(page.headline.as_deref(), Some("Harbour bridge closes until spring"));
    assert_eq!(page.published.unwrap().raw, "14 March 2024");
    assert_eq!(page.body, [format!("{BRIDGE} {BRIDGE}")]);
    assert_eq!((page.source.as_deref(), page.keywords.len()), (Some("Harbour Post"), 2));
    assert_eq!(page.warnings, []);
}

#[test]
fn a_date_behind_a_name_is_the_pages_date() {
    for line in [
        "Author: Nora Field, 14 March 2024 09:00",
        "By Nora Field, 14 March 2024 09:00",
        "By Nora Field | 14 March 2024 09:00",
    ] {
        let text = format!("A headline\n{line}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some("Nora Field"), "{line}");
        assert_eq!(page.published.unwrap().at.as_deref(), Some("2024-03-14T09:00:00Z"), "{line}");
        assert_eq!(page.body, [BRIDGE]);
    }
}

#[test]
fn the_title_of_a_video_is_what_stands_between_its_quotation_marks() {
    for line in [
        "Tonton juga video \"Momen Polisi Gerebek Gudang\" di sini:",
        "Simak juga Video 'Momen Polisi Gerebek Gudang':",
    ] {
        let text = format!(
            "Polisi gerebek gudang\nPolisi menggerebek gudang di kota itu kemarin.\n{line}\nPolisi menahan dua orang di gudang itu."
        );
        let context = Context { language: Some("id"), ..Context::default() };
        let page = read(&text, Layouts::builtin(), &context);
        let headline = page.related[0].headline.as_deref();
        assert_eq!(headline, Some("Momen Polisi Gerebek Gudang"), "{line}");
        assert_eq!(page.body.len(), 2);
    }
    let text =
        format!("A headline\n{BRIDGE}\nRead more: \"We will not go\": minister speaks\n{BRIDGE}");
    let headline = page(&text).related[0].headline.clone();
    assert_eq!(headline.as_deref(), Some("\"We will not go\": minister speaks"));
}

#[test]
fn a_sites_address_with_a_word_behind_it_is_no_headline() {
    let text = format!("AHDATH.INFO - متابعة\n{BRIDGE} {BRIDGE}\n{BRIDGE}");
    let page = page(&text);
    assert_eq!((page.headline, page.body.len()), (None, 2));
    assert_eq!(page.furniture, ["AHDATH.INFO - متابعة"]);
}

#[test]
fn a_time_of_day_that_has_a_line_for_itself_belongs_to_the_day_beside_it() {
    for (head, raw) in [
        (
            "10:22 am\nThursday 14 March 2024\nA headline of the page",
            "10:22 am\nThursday 14 March 2024",
        ),
        ("A headline of the page\n14 March 2024\n10:22", "14 March 2024\n10:22"),
    ] {
        let text = format!("{head}\n{BRIDGE}\n09:15\nThe ferry leaves at that hour, it said.");
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some("A headline of the page"), "{head}");
        let published = page.published.unwrap();
        assert_eq!(published.at.as_deref(), Some("2024-03-14T10:22:00Z"));
        assert_eq!(published.raw, raw);
        assert_eq!(page.body, [BRIDGE, "09:15", "The ferry leaves at that hour, it said."]);
    }
}

#[test]
fn keywords_need_no_colon_where_the_page_says_them_and_a_sentence_needs_one() {
    let paragraph = "أعلنت وزارة شؤون البيشمركة أن قواتها أحبطت هجوما قرب مدينة كفري مساء اليوم.";
    let text =
        format!("البيشمركة تحبط هجوما قرب كفري\n{paragraph}\nالكلمات الدالة البيشمركة كفري أربيل");
    let told = page(&text);
    assert_eq!(told.body, [paragraph]);
    assert_eq!(told.keywords_raw.as_deref(), Some("البيشمركة كفري أربيل"));
    for line in
        ["الكلمات الدالة على الفرح كثيرة في لهجات الجنوب", "كلمات البحث الأكثر رواجا هذا العام"]
    {
        let text = format!("البيشمركة تحبط هجوما قرب كفري\n{paragraph}\n{line}");
        assert_eq!(page(&text).body, [paragraph, line]);
    }
}

#[test]
fn a_comma_closes_the_label_of_a_byline_before_a_name_and_begins_no_value_elsewhere() {
    let text = format!("A headline of the page\nAuthor, Nora Field\n{BRIDGE}");
    assert_eq!(page(&text).author.as_deref(), Some("Nora Field"));
    for line in ["Author, 92, wins the harbour prize", "The author, Nora Field, was there."] {
        let text = format!("A headline of the page\n{line}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!((page.author, page.body), (None, vec![line.into(), BRIDGE.into()]));
    }
}

#[test]
fn a_place_and_a_day_with_a_bar_between_are_the_date_and_with_none_a_sentence_s() {
    for (line, dated) in
        [("Harbour Town | 14 March 2024", true), ("Harbour Town in 14 March 2024", false)]
    {
        let text = format!("A headline of the page\n{line}\n{BRIDGE}\n{BRIDGE}");
        let page = page(&text);
        assert_eq!(page.published.map(|date| date.raw == line), dated.then_some(true), "{line}");
    }
}

#[test]
fn a_source_that_lost_the_stop_before_it_is_one_where_the_article_ends_with_it() {
    let first = "The old bridge over the river mouth will be closed from Monday, said the council.";
    for end in ["", "\nRead also:\nThe night ferry has a second boat", "\nTags: ferry, bridge"] {
        let text = format!(
            "The harbour bridge closes\n{first}\nThe ferry will run twice as often until the works are done Source: Harbour Post{end}"
        );
        let page = page(&text);
        assert_eq!(page.source.as_deref(), Some("Harbour Post"), "{end}");
        assert_eq!(page.body[1], "The ferry will run twice as often until the works are done");
    }
    // Behind the source the article goes on.
    let text = format!(
        "The harbour bridge closes\nThe council would not name for us its own main source: Harbour Post\n{first}"
    );
    assert_eq!(page(&text).source, None);
}
