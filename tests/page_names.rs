//! Names above the body and behind it: what shows that a line is one, in scripts without capitals too, and what stands beside
//! them.

#[path = "common/reading.rs"]
mod reading;

use reading::page;

const HEADLINE: &str = "The harbour bridge is closed to all traffic for a month";
const STANDFIRST: &str =
    "Engineers found rust in two of its piers, and drivers have to take the long way round.";
const FIRST: &str = "The old bridge over the river mouth will be closed to all traffic from Monday, said the council.";
const SECOND: &str = "The ferry will run twice as often until the works are done, it promised.";
const AR_HEADLINE: &str = "البلدية تعيد فتح جسر الميناء القديم أمام المارة";
const AR_FIRST: &str =
    "أعلنت البلدية أن الجسر القديم سيفتح أمام المارة يوم الاثنين بعد أشهر من أعمال الصيانة.";
const AR_SECOND: &str = "وقال المهندس المشرف إن السيارات ستنتظر حتى نهاية الربيع على أبعد تقدير.";

#[test]
fn a_name_beside_the_date_is_the_author() {
    for name in [
        "Nora Field",
        "Abubakar Ahmadu Field",
        "Nora Field Transport correspondent",
        "The Harbour Bureau",
        "Nora van der Field",
        "Of Harbour, in Portville",
    ] {
        for head in [format!("{name}\n14 March 2024"), format!("Published: 14 March 2024\n{name}")]
        {
            let text = format!(
                "Works close a crossing for weeks\n{STANDFIRST}\n{head}\n{FIRST}\n{SECOND}"
            );
            let page = page(&text);
            assert_eq!(page.author.as_deref(), Some(name), "{text}");
            assert_eq!(page.body, [STANDFIRST, FIRST, SECOND]);
        }
    }
}

#[test]
fn what_the_article_says_or_no_name_beside_the_date_stays_in_the_body() {
    let said = "Works close a crossing for weeks";
    for line in ["Old Harbour", "Drivers take the long way", "Works Close Crossing"] {
        let text = format!(
            "{said}\n{line}\n14 March 2024\nThe bridge at Old Harbour will be closed to all traffic from Monday.\n{SECOND}"
        );
        let page = page(&text);
        assert_eq!(page.author, None, "{line}");
        assert_eq!(page.body.first().map(AsRef::as_ref), Some(line));
    }
}

#[test]
fn two_names_and_a_name_with_its_office_in_brackets_are_the_author_beside_the_date() {
    for name in [
        "Nora Field and Tom Poole",
        "Nora Field with AFP",
        "Nora Field (Transport editor)",
        "Nora van der Field",
    ] {
        let text =
            format!("Works close a crossing for weeks\n{name}\n14 March 2024\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some(name), "{text}");
        assert_eq!(page.body, [FIRST, SECOND]);
    }
    let text = format!(
        "Works close a crossing for weeks\nArts and Culture\n14 March 2024\n{FIRST}\n{SECOND}"
    );
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_name_that_stands_alone_behind_the_article_too_is_the_author_named_again() {
    let text = format!(
        "Works close a crossing for weeks\nNora Field\n14 March 2024\n{FIRST}\n{SECOND}\nNora Field"
    );
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(
        (page.body, page.furniture),
        (vec![FIRST.into(), SECOND.into()], vec!["Nora Field".into()])
    );
}

#[test]
fn a_byline_behind_a_date_is_taken_off_it() {
    let text = format!("{HEADLINE}\nThursday 14 March 2024 by Nora Field\n{FIRST}\n{SECOND}");
    let dated = page(&text);
    assert_eq!(dated.author.as_deref(), Some("Nora Field"));
    assert_eq!(dated.published.unwrap().raw, "Thursday 14 March 2024");
    assert_eq!(dated.body, [FIRST, SECOND]);
    let line = "14 March 2024 by the river that nobody had crossed";
    let text = format!("{HEADLINE}\n{line}\n{FIRST}\n{SECOND}");
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_site_behind_the_author_is_the_source() {
    let text = format!("{HEADLINE}\nBy: Nora Field - Paper.example\n{FIRST}\n{SECOND}");
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.source.as_deref(), Some("Paper.example"));
    assert_eq!(page.body, [FIRST, SECOND]);
}

#[test]
fn a_name_behind_the_article_is_its_author_where_papers_of_the_language_print_it_there() {
    let text = "Cầu cũ qua sông đóng cửa một tháng\nCầu cũ qua cửa sông sẽ đóng cửa từ thứ hai, chính quyền thành phố thông báo.\nPhà sẽ chạy nhiều gấp đôi cho đến khi công trình hoàn thành, họ hứa như vậy.\nVõ Hải";
    let vietnamese = page(text);
    assert_eq!((vietnamese.author.as_deref(), vietnamese.body.len()), (Some("Võ Hải"), 2));
    let text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\nNora Field");
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_byline_behind_the_article_is_its_author() {
    for end in ["", "\nSource: Harbour Post\nRead also:\nOrchard growers fear late frost"] {
        let text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\nBy Nora Field{end}");
        let page = page(&text);
        assert_eq!((page.author.as_deref(), page.body.len()), (Some("Nora Field"), 2), "{end}");
    }
    let text = format!("{HEADLINE}\n{FIRST}\n{SECOND}\nBy Friday of next week at noon");
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_dash_or_a_slash_stands_between_the_author_and_the_date_too() {
    for row in [
        "Published: 14 March 2024 - By Nora Field",
        "Published: 14 March 2024 / By Nora Field",
        "By Nora Field - Published on 14 March 2024",
        "By Nora Field / Posted on: 14 March 2024",
        "14 March 2024 - by Nora Field",
    ] {
        let text = format!("{HEADLINE}\n{row}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some("Nora Field"), "{row}");
        assert_eq!(page.published.unwrap().raw, "14 March 2024", "{row}");
        assert_eq!(page.body, [FIRST, SECOND], "{row}");
    }
}

#[test]
fn a_byline_behind_the_article_is_its_author_where_a_link_stands_in_its_middle() {
    let link = "Read also: Orchard growers fear late frost";
    let end = "Source: Harbour Post\nRead also:\nThe night ferry has a second boat\nBy Tom Poole\nA second boat sails at night from Monday, said the company that owns both of them.";
    let text =
        format!("{HEADLINE}\n14 March 2024\n{FIRST}\n{link}\n{SECOND}\nBy Nora Field\n{end}");
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!(page.body, [FIRST, SECOND]);
}

#[test]
fn a_name_beside_the_date_is_the_author_in_a_script_without_capitals_too() {
    for (name, date) in [
        ("سمير الحقلاوي", "14 مارس 2024"),
        ("مراسلنا في الوادي", "14 مارس 2024"),
        ("أخبار الساحل / سمير الحقلاوي", "14/03/2024"),
    ] {
        for lines in [format!("{name}\n{date}"), format!("{date}\n{name}")] {
            let text = format!("{AR_HEADLINE}\n{lines}\n{AR_FIRST}\n{AR_SECOND}");
            let page = page(&text);
            assert_eq!(page.author.as_deref(), Some(name), "{lines}");
            assert_eq!(page.body, [AR_FIRST, AR_SECOND], "{lines}");
        }
    }
}

#[test]
fn a_short_line_beside_the_date_that_names_nobody_is_no_author() {
    for line in
        ["أعمال صيانة طويلة", "يوسف البحري يتابع", "قال سمير", "بعد أشهر من الصيانة", "سمير 14"]
    {
        let headline = format!("{AR_HEADLINE} ويوسف البحري يتابع");
        let text = format!("{headline}\n{line}\n14 مارس 2024\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!((page.author, page.body.len()), (None, 3), "{line}");
    }
}

#[test]
fn the_name_of_an_outlet_above_the_headline_is_furniture() {
    for above in ["قناة ساحل الوادي نيوز", "الساحل\n14 مارس 2024", "مدير الميناء لأخبار الوادي:"]
    {
        let text = format!("{above}\n{AR_HEADLINE}\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(AR_HEADLINE), "{above}");
        assert_eq!(page.body, [AR_FIRST, AR_SECOND], "{above}");
    }
}

#[test]
fn a_name_is_the_author_with_its_paper_a_standfirst_or_how_long_ago_between_it_and_the_date() {
    for head in [
        "Nora Field\nThe Valley Desk of the Gazette\n14 March 2024".to_owned(),
        "4 hours ago\nShare\nNora Field".to_owned(),
        "Nora Field,\n14 March 2024".to_owned(),
        format!("14 March 2024\n{}\nNora Field", "Drivers take the long way round"),
    ] {
        let text = format!("{HEADLINE}\n{head}\n{FIRST}\n{SECOND}");
        assert_eq!(page(&text).author.as_deref(), Some("Nora Field"), "{head}");
    }
}

#[test]
fn a_name_that_the_article_says_is_no_author() {
    let first = "Nora Field closed the old bridge over the river mouth to all traffic on Monday.";
    let text = format!("{HEADLINE}\nNora Field\n14 March 2024\n{first}\n{SECOND}");
    assert_eq!(page(&text).author, None);
}

#[test]
fn an_initial_stands_for_the_given_name_in_a_script_without_capitals() {
    let paragraph =
        "تمكنت مصالح الأمن من توقيف أربعة أشخاص وحجز كمية من المواد داخل مسكن بحي الرامول.";
    let text = format!(
        "توقيف أربعة أشخاص في ضاحية المدينة\nن. حمزة\n2024/03/11\n{paragraph}\n{paragraph}"
    );
    let page = page(&text);
    assert_eq!((page.author.as_deref(), page.body.len()), (Some("ن. حمزة"), 2));
}

#[test]
fn a_name_stands_below_its_label_in_a_script_without_capitals() {
    let text = "غلق الجسر القديم حتى الربيع\nكتب:\nأحمد سالم\n14 يناير 2024\nيغلق الجسر القديم أمام المرور من يوم الاثنين، كما أعلن مجلس المدينة في بيان له صباح اليوم.\nوقال المجلس إن أعمال الصيانة تستمر حتى الربيع المقبل.";
    let arabic = page(text);
    assert_eq!((arabic.author.as_deref(), arabic.body.len()), (Some("أحمد سالم"), 2));
}

#[test]
fn a_paper_below_the_date_and_a_credit_in_brackets_are_furniture() {
    for line in ["Nation Media Group", "(Photo: Tom Poole)", "Photo: Markus van Offern"] {
        let text = format!("{HEADLINE}\nBy Nora Field\n14 March 2024\n{line}\n{FIRST}\n{SECOND}");
        assert_eq!(page(&text).body, [FIRST, SECOND], "{line}");
    }
}

#[test]
fn a_title_stands_before_a_name_in_a_script_without_capitals() {
    let text = "حين يصير الماء سؤالا\nد. سميرة الخطيب\nصحيفة الوادي\n14 مارس 2024\n\
                لم يكن الماء في الوادي يوما شأنا تقنيا خالصا، بل كان منذ البدء سؤالا عن العدالة.\n\
                وتقول الأرقام إن ثلث المياه يضيع في شبكات مهترئة قبل أن تصل إلى أحد.";
    assert_eq!(page(text).author.as_deref(), Some("د. سميرة الخطيب"));
}

#[test]
fn a_bare_name_below_a_labelled_date_is_the_author_and_one_with_a_place_beside_it_is_not() {
    for (line, author) in [
        ("سمير الحقلاوي", Some("سمير الحقلاوي")),
        // A dateline of the paragraph below it.
        ("سمير الحقلاوي – الميناء", None),
    ] {
        let text =
            format!("{AR_HEADLINE}\nتاريخ النشر: 14 مارس 2024\n{line}\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), author, "{line}");
        assert_eq!(page.body.len(), if author.is_some() { 2 } else { 3 }, "{line}");
    }
    let said = "وقال المهندس سمير الحقلاوي إن السيارات ستنتظر حتى نهاية الربيع على أبعد تقدير.";
    let text =
        format!("{AR_HEADLINE}\nتاريخ النشر: 14 مارس 2024\nسمير الحقلاوي\n{AR_FIRST}\n{said}");
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_name_before_the_label_of_the_date_on_its_line_is_the_author() {
    for row in ["سمير الحقلاوي / نشر في: 14 مارس 2024", "سمير الحقلاوي - تاريخ النشر: 14 مارس 2024"]
    {
        let text = format!("{AR_HEADLINE}\n{row}\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some("سمير الحقلاوي"), "{row}");
        assert_eq!(page.published.unwrap().raw, "14 مارس 2024", "{row}");
        assert_eq!(page.body, [AR_FIRST, AR_SECOND], "{row}");
    }
}

#[test]
fn the_byline_of_an_appended_story_does_not_stand_for_the_author() {
    let text = format!(
        "{AR_HEADLINE}\n14 مارس 2024\nسمير الحقلاوي\n{AR_FIRST}\n{AR_SECOND}\nالمصدر: وكالات\nاقرأ أيضا:\nمزارعو الوادي يخشون الصقيع المتأخر\nإعداد: منى حسن\nقال مزارعو الوادي إنهم يخشون صقيعا متأخرا يأتي على نصف المحصول هذا العام."
    );
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("سمير الحقلاوي"));
    assert_eq!(page.body, [AR_FIRST, AR_SECOND]);
}

#[test]
fn a_given_name_in_a_row_with_a_date_is_the_author_and_a_place_is_not() {
    for (row, author) in [
        ("سمير الحقلاوي | 14 مارس 2024 10:20", Some("سمير الحقلاوي")),
        ("ميناء الوادي | 14 مارس 2024 10:20", None),
    ] {
        let text = format!("{AR_HEADLINE}\n{row}\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), author, "{row}");
        assert!(page.published.is_some(), "{row}");
        assert_eq!(page.body, [AR_FIRST, AR_SECOND], "{row}");
    }
}

#[test]
fn a_paper_that_no_label_names_is_the_source_beside_the_date() {
    let read = |headline: &str, lines: &str, first: &str, second: &str| {
        let text = format!("{headline}\n{lines}\n{first}\n{second}");
        let page = page(&text);
        assert_eq!(page.author, None, "{lines}");
        (page.source.map(|source| source.to_string()), page.body.len())
    };
    for paper in ["صحيفة أخبار الوادي", "وكالات", "ساحل نيوز - ميناء الوادي"]
    {
        for lines in [format!("{paper}\n14 مارس 2024"), format!("14 مارس 2024\n{paper}")] {
            let found = read(AR_HEADLINE, &lines, AR_FIRST, AR_SECOND);
            assert_eq!(found, (Some(paper.to_owned()), 2), "{lines}");
        }
    }
    // A place and its paper right above a paragraph are its dateline.
    for paper in ["الميناء - وام", "الوادي: «الساحل الجديد»"] {
        let above = read(AR_HEADLINE, &format!("{paper}\n14 مارس 2024"), AR_FIRST, AR_SECOND);
        assert_eq!(above, (Some(paper.to_owned()), 2), "{paper}");
        let below = read(AR_HEADLINE, &format!("14 مارس 2024\n{paper}"), AR_FIRST, AR_SECOND);
        assert_eq!(below, (None, 3), "{paper}");
    }
    assert_eq!(read(HEADLINE, "Xinhua\n14 March 2024", FIRST, SECOND).0.as_deref(), Some("Xinhua"));
    // What a line of the site says too is a name of the site.
    let site = format!("{AR_SECOND}\nتابعوا آخر أخبار الساحل الأزرق عبر واتساب");
    let found = read(AR_HEADLINE, "الميناء - الساحل الأزرق\n14 مارس 2024", AR_FIRST, &site);
    assert_eq!(found, (Some("الميناء - الساحل الأزرق".to_owned()), 2));
}

#[test]
fn a_name_and_the_date_stand_on_one_line_with_a_sign_or_the_label_of_the_date_between() {
    for (row, author) in [
        ("سمير الحقلاوي / 14 مارس 2024", "سمير الحقلاوي"),
        ("سمير الحقلاوي 14/03/2024", "سمير الحقلاوي"),
    ] {
        let text = format!("{AR_HEADLINE}\n{row}\n{AR_FIRST}\n{AR_SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some(author), "{row}");
        assert_eq!((page.published.is_some(), page.body.len()), (true, 2), "{row}");
    }
    for row in
        ["Nora Field Published March 14, 2024 Updated March 15, 2024", "Nora Field / 14 March 2024"]
    {
        let text = format!("{HEADLINE}\n{row}\n{FIRST}\n{SECOND}");
        let page = page(&text);
        assert_eq!(page.author.as_deref(), Some("Nora Field"), "{row}");
        let published = page.published.unwrap();
        assert_eq!(published.at.as_deref(), Some("2024-03-14T00:00:00Z"), "{row}");
        assert!(row.contains(&*published.raw) && published.raw.ends_with("2024"), "{row}");
        assert!(published.raw.starts_with(['M', '1']), "{row}: {}", published.raw);
        assert_eq!(page.body, [FIRST, SECOND], "{row}");
    }
    // A place stands before the date as well, and a sentence may.
    for row in ["New Delhi, 14 March 2024", "Nora Field went home on 14 March 2024"] {
        let text = format!("{HEADLINE}\n{row}\n{FIRST}\n{SECOND}");
        assert_eq!(page(&text).author, None, "{row}");
    }
}

#[test]
fn a_given_name_beside_the_site_behind_the_article_is_its_author_in_a_script_without_capitals() {
    let text = format!("{AR_HEADLINE}\n14 مارس 2024\n{AR_FIRST}\n{AR_SECOND}\nسمير الحقلاوي\nشارك");
    let named = page(&text);
    assert_eq!((named.author.as_deref(), named.body.len()), (Some("سمير الحقلاوي"), 2));
    let said = format!("{AR_SECOND} وقال سمير الحقلاوي إنه ينتظر.");
    let text = format!("{AR_HEADLINE}\n14 مارس 2024\n{AR_FIRST}\n{said}\nسمير الحقلاوي\nشارك");
    assert_eq!(page(&text).author, None);
}

#[test]
fn a_name_of_letters_of_two_scripts_or_one_that_the_site_says_again_stands_above_the_headline() {
    for (above, below) in [
        ("CNN أخبار بالعربية", ""),
        ("الساحل الأزرق المغربي", "\nالمصدر: الساحل الأزرق المغربي"),
        ("الساحل الأزرق المغربي", "\nجميع الحقوق محفوظة لموقع الساحل الأزرق المغربي"),
    ] {
        let text = format!("{above}\n{AR_HEADLINE}\n14 مارس 2024\n{AR_FIRST}\n{AR_SECOND}{below}");
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(AR_HEADLINE), "{above}");
        assert_eq!(page.body, [AR_FIRST, AR_SECOND], "{above}");
    }
}

#[test]
fn a_paper_stands_before_the_label_of_the_date_and_a_place_with_its_paper_above_the_headline() {
    let text = format!("{AR_HEADLINE}\nساحل نيوز آخر تحديث 14 مارس 2024\n{AR_FIRST}\n{AR_SECOND}");
    let labelled = page(&text);
    assert_eq!(labelled.source.as_deref(), Some("ساحل نيوز"));
    assert_eq!((labelled.updated.is_some(), labelled.body.len()), (true, 2));
    let text =
        format!("أخبار الميناء - (رويترز)\n{AR_HEADLINE}\n14 مارس 2024\n{AR_FIRST}\n{AR_SECOND}");
    let above = page(&text);
    assert_eq!(above.headline.as_deref(), Some(AR_HEADLINE));
    assert_eq!(above.furniture, ["أخبار الميناء - (رويترز)"]);
}

#[test]
fn a_name_of_other_letters_than_the_pages_is_the_author_in_a_row_with_a_date() {
    let text = format!("{AR_HEADLINE}\nNora Field | 16.02.2024\n{AR_FIRST}\n{AR_SECOND}");
    let page = page(&text);
    assert_eq!(page.author.as_deref(), Some("Nora Field"));
    assert_eq!((page.published.is_some(), page.body.len()), (true, 2));
}
