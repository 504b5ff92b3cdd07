//! The shapes that blocks of appended stories have on real pages (page-shapes §6), on text of our own.

#[path = "common/appended.rs"]
mod appended;
#[path = "common/reading.rs"]
mod reading;

use newsmill::record::{RelatedKind, Warning};

use appended::{ARTICLE, FERRY, FROST, LINK, joined, told};
use reading::page;

/// A headline with paragraphs.
const STORY: RelatedKind = RelatedKind::Story;

#[test]
fn the_body_goes_on_behind_a_block_in_the_middle() {
    let text = format!(
        "{ARTICLE}\nRelated stories\n{}\n{}\nThe bridge opens again in April, when its new bearings have settled, the council said.",
        FROST[0], FERRY[0]
    );
    let page = page(&text);
    assert_eq!(page.body.len(), 3);
    assert_eq!(told(&page.related), [(LINK, FROST[0], 0), (LINK, FERRY[0], 0)]);
}

#[test]
fn several_blocks_in_one_article_leave_it_whole() {
    let text = format!(
        "{ARTICLE}\nMORE: {}\nThe council of the town has closed the bridge twice before.\nMORE: {}\nMORE: Mayor opens school\n\
         The bridge was built ninety years ago.\nSource: Harbour Post\nRead also:\n{}",
        FROST[0],
        FERRY[0],
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(page.body.len(), 4);
    assert_eq!(page.source.as_deref(), Some("Harbour Post"));
    assert_eq!(
        told(&page.related),
        [
            (LINK, FROST[0], 0),
            (LINK, FERRY[0], 0),
            (LINK, "Mayor opens school", 0),
            (STORY, FERRY[0], 2)
        ]
    );
}

#[test]
fn a_source_ends_an_appended_story_and_each_story_keeps_its_own() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nKeywords: bridge, harbour\nRead also:\n{}\nSource: Valley News\nKeywords: frost\n{}\nSource: Island Echo",
        joined(&FROST),
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
    let sources: Vec<_> = page.related.iter().map(|story| story.source.as_deref()).collect();
    assert_eq!(sources, [Some("Valley News"), Some("Island Echo")]);
    assert_eq!(page.related[0].keywords_raw.as_deref(), Some("frost"));
    assert_eq!(page.source.as_deref(), Some("Harbour Post"));
}

#[test]
fn a_source_ends_a_story_even_where_the_next_headline_looks_like_a_paragraph() {
    let odd = "The ferry, said the captain, sails at last.";
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\nSource: Valley News\n{odd}\n{}\n{}\nSource: Island Echo",
        joined(&FROST),
        FERRY[1],
        FERRY[2]
    );
    assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, odd, 2)]);
}

#[test]
fn stories_of_an_article_without_labels_keep_their_own() {
    let text = format!(
        "{ARTICLE}\nRead also:\n{}\nSource: Valley News\n{}\nSource: Island Echo\nKeywords: bridge, harbour",
        joined(&FROST),
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
    assert_eq!(page.related[1].source.as_deref(), Some("Island Echo"));
}

#[test]
fn a_link_inside_an_appended_story_leaves_that_story_whole() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{}\nMORE: Mayor opens school\n{}\n{}",
        FROST[0],
        FROST[1],
        FROST[2],
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(
        told(&page.related),
        [(STORY, FROST[0], 2), (LINK, "Mayor opens school", 0), (STORY, FERRY[0], 2)]
    );
}

#[test]
fn a_marker_before_each_appended_story_begins_it() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also: {}\nRead also: {}",
        joined(&FROST),
        joined(&FERRY)
    );
    assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
}

#[test]
fn a_marker_before_each_appended_story_begins_it_whatever_the_stories_speak_of() {
    let ferry =
        ["Island gets a new ferry", "Growers of the valley fear for the harvest.", FERRY[2]];
    for marker in ["Read also:", "Related stories:"] {
        let text = format!(
            "{ARTICLE}\nSource: Harbour Post\n{marker} {}\n{marker} {}",
            joined(&FROST),
            joined(&ferry)
        );
        assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, ferry[0], 2)]);
    }
}

#[test]
fn what_the_same_marker_stands_over_behind_stories_is_appended_too() {
    let mayor = [
        "Mayor opens a school by the sea",
        "The council of the town said it.",
        "The bridge was closed.",
    ];
    let text = |behind: &str| {
        format!("{ARTICLE}\nRelated stories\n{}\n{behind}\n{}", joined(&FROST), joined(&mayor))
    };
    let again = text("Related stories");
    assert_eq!(told(&page(&again).related), [(STORY, FROST[0], 2), (STORY, mayor[0], 2)]);
    let other = text("Most read");
    assert_eq!(page(&other).related[1].kind, LINK);
}

#[test]
fn a_marker_with_a_colon_stands_behind_a_sentence_or_a_field_in_any_language() {
    for marker in
        ["Related stories:", "Baca juga:", "Mehr zum Thema:", "أخبار ذات صلة:", "خبرهای مرتبط:"]
    {
        let end = format!(
            "{ARTICLE} {marker}\n{}\n{}",
            FROST[0], "The bridge was built ninety years ago."
        );
        let read = page(&end);
        assert_eq!((told(&read.related), read.body.len()), (vec![(LINK, FROST[0], 0)], 3), "{end}");
        let keywords = format!("{ARTICLE}\nKeywords: bridge, harbour {marker}\n{}", joined(&FROST));
        let read = page(&keywords);
        assert_eq!(told(&read.related), [(STORY, FROST[0], 2)], "{keywords}");
        assert_eq!(read.keywords_raw.as_deref(), Some("bridge, harbour"));
        let inside = format!("{ARTICLE} {marker} {}", FROST[0]);
        assert_eq!(told(&page(&inside).related), [(LINK, FROST[0], 0)], "{inside}");
    }
}

#[test]
fn the_words_of_a_marker_within_a_sentence_are_none_whatever_closes_them() {
    for end in ["Later the council published its related stories:", "The council has more:"] {
        let text = format!("{ARTICLE}\n{end}\n{}", FROST[0]);
        let page = page(&text);
        assert_eq!((page.related.len(), page.body.len()), (0, 4), "{end}");
    }
}

#[test]
fn an_empty_block_and_a_marker_at_the_end_of_a_line_leave_nothing() {
    for end in ["\nRead also:", " Leia também:", "\nİlgili Haber"] {
        let text = format!("{ARTICLE}{end}");
        let page = page(&text);
        assert_eq!((page.body.len(), page.related.len()), (2, 0), "{end}");
    }
}

#[test]
fn a_script_among_the_lines_is_furniture() {
    let script = "return { client: \"vast\", tag: 'https://ads.example/vast?id=1' };";
    let text = format!("{ARTICLE}\n{script}\nThe bridge opens again in April.");
    let page = page(&text);
    assert_eq!(page.body.len(), 3);
    assert_eq!(page.furniture, [script]);
}

#[test]
fn a_text_that_was_cut_off_is_no_marker() {
    let page = page("عنوان الخبر هنا\nنص الخبر كله هنا.\n...المزيد\nالمصدر: وكالات");
    assert_eq!(page.body, ["نص الخبر كله هنا.", "...المزيد"]);
}

#[test]
fn a_line_that_is_nothing_but_a_date_below_the_headline_is_the_date() {
    for (line, at, updated) in [
        ("2300 (GMT+04:00) - 27/06/09", "2009-06-27T23:00:00+04:00", false),
        ("الاثنين, 20 يوليو/ تموز, 2009, 09:25 GMT", "2009-07-20T09:25:00Z", false),
        (
            "الثلاثاء، 12 كانون الثاني/يناير 2010، آخر تحديث 11:00 (GMT+0400)",
            "2010-01-12T11:00:00+04:00",
            true,
        ),
    ] {
        let text =
            format!("عنوان الخبر هنا\n{line}\nنص الخبر كله هنا، وفيه ما جرى في 20 يوليو 2009.");
        let page = page(&text);
        let date = if updated { page.updated } else { page.published };
        assert_eq!(date.and_then(|date| date.at).as_deref(), Some(at), "{line}");
        assert_eq!(page.body.len(), 1);
    }
}

#[test]
fn a_block_that_can_not_be_split_safely_stays_whole_and_is_a_doubt() {
    // A headline that shares no word with its paragraph, whose words are those of the story before.
    let odd = "Ferry waits for better weather\n\
        The captain said on Tuesday evening that the weather in the valley is to blame.";
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{odd}", joined(&FROST));
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 4)]);
    assert_eq!(page.warnings, [Warning::DateMissing, Warning::RelatedUnsplit]);
}

#[test]
fn a_marker_glued_to_its_headline_or_without_its_colon_in_flattened_text_is_found() {
    let persian = page(
        "عنوان خبر دربارهٔ پل بندر\nپل بندر از دوشنبه بسته می‌شود، شورای شهر گفت.\nبیشتر بخوانیدباغداران نگران سرما هستند",
    );
    assert_eq!(persian.body.len(), 1);
    assert_eq!(told(&persian.related), [(LINK, "باغداران نگران سرما هستند", 0)]);
    let french = "Le pont du port ferme lundi\nLe pont du port ferme lundi, dit le conseil. Lire aussi Les vergers craignent le gel";
    let french = page(french);
    assert_eq!(french.body, ["Le pont du port ferme lundi, dit le conseil."]);
    assert_eq!(told(&french.related), [(LINK, "Les vergers craignent le gel", 0)]);
    let words = "Le pont du port ferme lundi\nOn peut lire aussi les lettres que le conseil a reçues du port.";
    assert_eq!(page(words).body.len(), 1);
    assert!(page(words).related.is_empty());
}

#[test]
fn a_headline_in_flattened_text_ends_where_a_sentence_begins_with_a_word_that_is_mostly_small() {
    let head = "Le pont du port ferme lundi\nLe pont du port ferme lundi, dit le conseil.";
    let title = "Les vergers craignent le gel en décembre";
    for behind in [
        "Les voitures passent par le nord de la ville.",
        "C'est le bac qui passe les voitures, dit le conseil.",
    ] {
        let text = format!("{head} Lire aussi : {title} {behind}");
        let page = page(&text);
        assert_eq!(told(&page.related), [(LINK, title, 0)], "{behind}");
        assert_eq!(page.body, ["Le pont du port ferme lundi, dit le conseil.", behind]);
        assert!(!page.warnings.contains(&Warning::RelatedUnsplit));
    }
}

#[test]
fn a_headline_ends_at_a_question_mark_that_the_next_word_is_glued_to() {
    let text = "عنوان خبر دربارهٔ پل بندر\nپل بندر از دوشنبه بسته می‌شود، شورای شهر گفت.\n\
                بیشتر بخوانید:باغداران نگران چه چیزی هستند؟شورای شهر گفت پل از دوشنبه بسته می‌شود.";
    let page = page(text);
    assert_eq!(told(&page.related), [(LINK, "باغداران نگران چه چیزی هستند؟", 0)]);
    assert_eq!(page.body.len(), 2);
    assert_eq!(page.body[1], "شورای شهر گفت پل از دوشنبه بسته می‌شود.");
}

#[test]
fn where_nothing_shows_the_end_of_a_headline_the_paragraph_stays_as_it_is() {
    let head = "Le pont du port ferme lundi";
    for paragraph in [
        // No headline at all: what stands behind the marker is a sentence of the article.
        "Le conseil ferme le pont. Lire aussi : Un bac passe chaque heure, dit Paul Martin du port.",
        // A name behind an article is no beginning of a sentence, nor is a word in a title that prints them all big.
        "Le conseil ferme le pont. Lire aussi : Un bac sur les Rives du port passe chaque heure. Le port et les rives, les rives et le port, les rives.",
        "Le conseil ferme le pont. Lire aussi : Les Vergers Du Port Craignent Le Gel du mois, dit le conseil.",
    ] {
        let text = format!("{head}\n{paragraph}\nLe pont ouvre en avril.");
        let page = page(&text);
        assert_eq!(page.body, [paragraph, "Le pont ouvre en avril."]);
        assert_eq!(page.related, []);
        assert!(page.warnings.contains(&Warning::RelatedUnsplit), "{paragraph}");
    }
}

#[test]
fn a_marker_within_a_paragraph_of_an_appended_story_begins_no_other() {
    let inside = "Growers in the orchard valley fear the frost. Read more: Mayor opens a school in town. The growers fear for half of the harvest.";
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{inside}\n{}\n{}",
        FROST[0],
        FROST[2],
        joined(&FERRY)
    );
    let page = page(&text);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
    assert_eq!(page.related[0].body[0], inside);
}

#[test]
fn a_text_that_was_broken_at_a_certain_width_is_no_list_of_links() {
    let broken = "growers in the orchard valley fear that a late frost will take half of the
harvest of this year and that the frost will come back to the valley before
the month ends as it did in the valley two years ago when the growers lost
a third of the harvest to the frost and half of the trees of the valley had
to be cut";
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{broken}", FROST[0]);
    assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 5)]);
}

#[test]
fn a_marker_whose_headline_is_lost_takes_no_paragraph_for_it() {
    let sentence = "The bearings of the bridge have been replaced twice before, in both cases in winter, and the council said that this winter will be the last one.";
    let text = format!("{ARTICLE}\nRead more\n{sentence}\nThe bridge opens again in April.");
    let page = page(&text);
    assert_eq!(page.body.len(), 4);
    assert_eq!(page.related, []);
}

#[test]
fn a_long_paragraph_that_was_cut_is_a_story_and_no_teaser() {
    let long = format!("{} {} {} {}...", FROST[1], FROST[2], FERRY[1], FERRY[2]);
    assert!(long.chars().count() > 300);
    let text = format!("{ARTICLE}\nSource: Harbour Post\nRead also:\n{}\n{long}", FROST[0]);
    assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 1)]);
}

#[test]
fn stories_follow_an_article_without_labels_where_they_tell_what_their_headlines_say() {
    let text = format!("{ARTICLE}\nRead also\n{}\n{}", joined(&FROST), joined(&FERRY));
    let page = page(&text);
    assert_eq!(page.body.len(), 2);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
}

/// The article with its labels above its paragraphs.
fn labels_first() -> String {
    ARTICLE.replacen('\n', "\nSource: Harbour Post\nKeywords: bridge, harbour\n", 1)
}

#[test]
fn labels_above_the_paragraphs_do_not_end_the_article() {
    let article = labels_first();
    let rest =
        "The bridge opens again in April, when its new bearings have settled, the council said.";
    let list = format!("{article}\nRelated stories\n{}\n{}\n{rest}", FROST[0], FERRY[0]);
    let line = format!("{article}\nRead more: {}\n{rest}", FROST[0]);
    for (text, links) in [(list, 2), (line, 1)] {
        let page = page(&text);
        assert_eq!(page.body.len(), 3, "{text}");
        assert_eq!(page.related.len(), links, "{text}");
        assert!(page.related.iter().all(|entry| entry.kind == LINK), "{text}");
        assert_eq!(page.source.as_deref(), Some("Harbour Post"));
    }
}

#[test]
fn stories_behind_an_article_with_its_labels_above_it_are_stories() {
    let text =
        format!("{}\nRelated stories\n{}\n{}", labels_first(), joined(&FROST), joined(&FERRY));
    let page = page(&text);
    assert_eq!(page.body.len(), 2);
    assert_eq!(told(&page.related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
}

#[test]
fn a_stray_line_behind_the_labels_does_not_open_the_article_again() {
    let text = format!(
        "{ARTICLE}\nSource: Harbour Post\nn.f.\nRelated stories\n{}\n{}",
        joined(&FROST),
        joined(&FERRY)
    );
    assert_eq!(told(&page(&text).related), [(STORY, FROST[0], 2), (STORY, FERRY[0], 2)]);
}

#[test]
fn the_first_line_is_the_headline_even_where_it_begins_as_a_marker_does() {
    for headline in ["Related: a poem by the harbour poet", "WATCH: Dog saves cat from the harbour"]
    {
        let text = format!("{headline}\n{}", FROST[1]);
        let page = page(&text);
        assert_eq!(page.headline.as_deref(), Some(headline));
        assert_eq!((page.body.len(), page.related.len()), (1, 0));
    }
}

/// Of an article that has ended, up to its marker.
const ENDED: &str = "الجيش يستعيد مدينة ود مدني\nأعلن الجيش دخول قواته مدينة ود مدني بعد أكثر من عام على سيطرة قوات الدعم السريع عليها.\nالمصدر: صحيفة التغيير\nإقرأ أيضاً:";

#[test]
fn a_credit_between_a_headline_and_its_paragraph_hides_no_story() {
    let stories = [
        [
            "نازحون في القضارف يناشدون المنظمات توفير الغذاء والدواء",
            "القضارف: التغيير",
            "ناشد نازحون في مراكز الإيواء بمدينة القضارف شرقي السودان المنظمات الإنسانية توفير الغذاء والدواء.",
            "وقالت متطوعة في أحد المراكز إن المركز يؤوي أكثر من أربعمائة أسرة.",
        ],
        [
            "\"اليونيسف\": مليونا طفل سوداني خارج المدارس",
            "الخرطوم: التغيير",
            "قالت منظمة الأمم المتحدة للطفولة \"اليونيسف\" إن مليوني طفل سوداني ما زالوا خارج المدارس بسبب الحرب.",
            "ودعت المنظمة إلى إعادة فتح المدارس في الولايات الآمنة.",
        ],
    ];
    let text = format!("{ENDED}\n{}\n{}", stories[0].join("\n"), stories[1].join("\n"));
    let page = page(&text);
    let found: Vec<_> = page.related.iter().map(|story| story.headline.as_deref()).collect();
    assert_eq!(found, [Some(stories[0][0]), Some(stories[1][0])]);
    assert_eq!(page.related[0].body, stories[0][1..]);
    assert_eq!(page.related[1].body, stories[1][1..]);
}

#[test]
fn a_link_between_two_stories_is_neither_s_headline() {
    let text = format!(
        "{ENDED}\n«شعبة الذهب»: لا تندفعوا إلى الشراء الآن\nنصح رئيس شعبة الذهب بالغرفة التجارية المواطنين بعدم الاندفاع إلى الشراء في ظل الارتفاعات القياسية للأوقية عالميا.\nوأضاف في مداخلة هاتفية أن السوق المحلي يشهد هدوءا نسبيا في الطلب.\nاقرأ أيضاً أسعار الفضة اليوم الاثنين\nسعر الدولار الآن في البنوك\nاستقر سعر الدولار الأمريكي مقابل الجنيه المصري في ختام تعاملات اليوم بالبنوك المصرية.\nوبلغ سعر الدولار في البنك المركزي المصري 48.72 جنيه للشراء و48.86 جنيه للبيع."
    );
    let page = page(&text);
    let found: Vec<_> =
        page.related.iter().map(|story| (story.headline.as_deref(), story.body.len())).collect();
    let wanted = [
        (Some("«شعبة الذهب»: لا تندفعوا إلى الشراء الآن"), 2),
        (Some("أسعار الفضة اليوم الاثنين"), 0),
        (Some("سعر الدولار الآن في البنوك"), 2),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn the_dateline_of_the_article_s_agency_begins_another_story() {
    let first = "نابلس 14-3-2024 وفا- أصيب عدد من المواطنين بالاختناق، اليوم الخميس، خلال مواجهات في بلدة بيتا جنوب نابلس.";
    let other = "الخليل 14-3-2024 وفا- اقتلع مستوطنون، اليوم الخميس، عشرات أشتال الزيتون من أراضي بلدة يطا جنوب الخليل.";
    let text = format!(
        "إصابات بالاختناق خلال مواجهات في بلدة بيتا\n{first}\nوأفادت مصادر محلية بأن القوات أطلقت قنابل الغاز تجاه المنازل.\nمواضيع ذات صلة\nمستوطنون يقتلعون أشتالا جنوب الخليل\n{other}"
    );
    let page = page(&text);
    assert_eq!((page.body.len(), page.related.len()), (2, 1));
    assert_eq!(page.related[0].body, [other]);
}

#[test]
fn an_agency_s_name_in_brackets_is_no_headline_and_hides_none() {
    let text = format!(
        "{ENDED}\nالخصاونة: سنواصل حماية أجوائنا\nقال رئيس الوزراء بشر الخصاونة إن الأردن سيواصل حماية أجوائه وسيادته ومواطنيه من أي خطر أو تهديد من أي جهة كانت.\nوأشار إلى أن المملكة على اتصال دائم بالأطراف الدولية كافة.\n-(بترا)\nقطاع الألبسة: الأسواق نشطت في العيد\nرفعت نقابة تجار الألبسة توقعاتها لمبيعات موسم العيد بعد تحسن الطلب خلال الأيام الأخيرة من رمضان."
    );
    let page = page(&text);
    let found: Vec<_> =
        page.related.iter().map(|story| (story.headline.as_deref(), story.body.len())).collect();
    let wanted = [
        (Some("الخصاونة: سنواصل حماية أجوائنا"), 3),
        (Some("قطاع الألبسة: الأسواق نشطت في العيد"), 1),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn stories_whose_paragraphs_do_not_stop_are_no_list_of_links_and_carry_a_warning() {
    let text = "إغلاق جسر الميناء شهرا\nتاريخ النشر: 14 مارس 2024\nأغلقت البلدية جسر الميناء القديم أمام السيارات حتى نهاية الشهر المقبل.\nالمصدر: وات\nإقرأ أيضاً:\nالبحارة يفوزون على الصيادين ويتصدرون الدوري\nفاز البحارة على الصيادين بهدفين في مباراة الأسبوع السابع من الدوري\nورفع البحارة رصيدهم إلى 20 نقطة في الصدارة\nبينما تجمد رصيد الصيادين عند 12 نقطة\nحريق في سوق الوادي القديم\nاندلع حريق في سوق الوادي القديم فجر اليوم وأتى على خمسة محال\nوتمكن رجال الإطفاء من السيطرة عليه قبل الظهر";
    let page = page(text);
    assert!(
        page.related.iter().all(|entry| entry.kind == RelatedKind::Story),
        "{:?}",
        page.related
    );
    assert!(page.warnings.contains(&Warning::RelatedUnsplit));
}
