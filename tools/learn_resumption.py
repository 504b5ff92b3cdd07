#!/usr/bin/env python3
"""Learns the weights of config/resumption.toml: whether an article goes on behind the headlines of a block, or stories follow.

Pages of both kinds are made of real news: an article with whole stories behind it, and an article with the headlines of
links between its paragraphs; half of them on the same subject, as sites choose them. Articles that hold such links
themselves are more of the second kind. newsmill reads them (examples/explain_pages.rs), and a logistic regression over the signals of
its trace finds the weights under which the right answer is the likeliest. Standard library only; the same corpora give the
same weights.

  tools/learn_resumption.py ../shared/corpora               learns from all sources and writes config/resumption.toml
  tools/learn_resumption.py ../shared/corpora --hold-out    learns without each corpus in turn and says how it does there

Each corpus, and each of the two answers, counts as much as any other; where the headline stands on its marker's line, an article
that goes on counts three times as much, for so it mostly is (research/page-shapes 6).
"""
import argparse, collections, gzip, json, math, pathlib, random, re, subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Corpora with headlines: their markers, and the label of a source.
CORPORA = {
    'saudinewsnet-ar': (['اقرأ أيضا', 'مواضيع ذات صلة:', 'إقرأ أيضاً:'], 'المصدر:'),
    'antcorpus-ar': (['اقرأ أيضا'], 'المصدر:'),
    'factcheck-ar': (['اقرأ أيضا:'], 'المصدر:'),
    'irnews-fa': (['بیشتر بخوانید:', 'مطالب مرتبط'], 'منبع:'),
    'urdu-ur': (['یہ بھی پڑھیں'], 'ذریعہ:'),
    'fnc1-en': (['Read also:', 'Related articles'], 'Source:'),
    'indonesian-id': (['Baca juga:'], 'Sumber:'),
    'masakhanews-fr': (['Lire aussi :'], 'Source :'),
    'albanian-sq': (['Lexo edhe:'], 'Burimi:'),
}
HAS_MARKER = re.compile('قرأ أيض|ذات صلة|شاهد أيض|قرأ المزيد|بیشتر بخوانید|مرتبط|یہ بھی پڑھ|ead also|elated|RELATED|MORE:|See also|aca juga|ire aussi|exo[a-z]* edhe')
SEED = 101
PAGES = 250
PARAGRAPH, LONGEST = 180, 500
CUT = 75
DOUBT = 40
ON_THE_LINE = 3
HEADER = '''# Whether an article goes on behind the headlines of a block, or stories follow that are none of its own: what each signal counts.
#
# Learned by tools/learn_resumption.py from pages made of real news; `newsmill explain` shows the signals at the marker. The score
# is the sum of weight times signal, in hundredths.

# Stories follow where the score is above the cut: what is taken from an article in error is worse than what is left to it. A
# score nearer to the cut than the doubt leaves the page with the warning related_unsplit.
cut = {cut}
doubt = {doubt}

[weights]
'''


def articles(path):
    """[(headline, paragraphs)] of the articles that hold no marker of their own, and the others."""
    found, linking, seen = [], [], set()
    with gzip.open(path, 'rt', encoding='utf-8') as lines:
        for line in lines:
            article = json.loads(line)
            text = article.get('text') or ''
            paragraphs = [' '.join(part.split()) for part in text.split('\n') if part.strip()]
            headline = (article.get('title') or '').strip()
            if not headline and paragraphs and len(paragraphs[0]) < 140:
                headline = paragraphs.pop(0)
            if not 20 < len(headline) < 140 or '\n' in headline or headline in seen:
                continue
            seen.add(headline)
            if HAS_MARKER.search(text):
                linking.append((headline, paragraphs))
                continue
            paragraphs = [part for long in paragraphs for part in broken(long)]
            if len(paragraphs) > 2:
                found.append((headline, paragraphs))
    return found, linking


class Subjects:
    """Which articles tell of the same subject, by their rare words."""

    def __init__(self, found):
        self.words = [set(re.findall(r'\w{4,}', ' '.join([headline] + paragraphs[:4]))) for headline, paragraphs in found]
        self.holders = collections.defaultdict(list)
        for at, words in enumerate(self.words):
            for word in words:
                self.holders[word].append(at)

    def near(self, at):
        """The articles nearest to the one at `at`, but for copies of it."""
        shared = collections.Counter()
        for word in self.words[at]:
            if len(self.holders[word]) <= 40:
                for other in self.holders[word]:
                    shared[other] += 1 / len(self.holders[word])
        copies = lambda other: 2 * len(self.words[at] & self.words[other]) > len(self.words[at])
        return [other for other, _ in shared.most_common(12) if not copies(other)]


def broken(paragraph):
    """A text that was stored without its line breaks, broken behind its sentences."""
    if len(paragraph) <= LONGEST:
        return [paragraph]
    parts, part = [], ''
    for sentence in re.split(r'(?<=[.؟!۔])\s+', paragraph):
        part = f'{part} {sentence}'.strip()
        if len(part) > PARAGRAPH:
            parts.append(part)
            part = ''
    return parts + [part] * bool(part)


def pages(corpora, name, seed):
    """[(text, whether stories follow, weight)], two of each article; and those that hold links themselves."""
    rng = random.Random(f'{name} {seed}')
    markers, source = CORPORA[name]
    found, linking = articles(corpora / f'{name}.jsonl.gz')
    rng.shuffle(found)
    subjects = Subjects(found)
    count = min(PAGES, len(found) // 3)
    made = []
    for nth in range(count):
        headline, paragraphs = found[nth][0], found[nth][1][:rng.choice([4, 6, 8, 12])]
        others, near = rng.choice([1, 2, 2, 3]), subjects.near(nth)
        if rng.random() < .5 and len(near) >= others:
            others = [found[at] for at in near[:others]]
        else:
            others = rng.sample(found[count:], others)
        others = [(title, story[:rng.choice([3, 5, 8])]) for title, story in others]
        marker, attached, above = rng.choice(markers), rng.random() < .25, rng.random() < .25
        head = [headline] + [f'{source} {rng.choice(["BBC", "Reuters", "AFP"])}'] * above
        caption = [found[-1 - nth][1][0][:60].rsplit(' ', 1)[0]] if rng.random() < .15 else []
        stories = [line for title, story in others for line in [title] + caption + story]
        links = [title for title, _ in others]
        if attached:
            stories = [f'{marker} {stories[0]}'] + stories[1:]
            links = [f'{marker} {links[0]}']
        else:
            stories, links = [marker] + stories, [marker] + links
        cut = rng.randint(1, len(paragraphs) - 1)
        made.append(('\n'.join(head + paragraphs + stories), True, 1))
        made.append(('\n'.join(head + paragraphs[:cut] + links + paragraphs[cut:]), False, ON_THE_LINE if attached else 1))
    rng.shuffle(linking)
    half = linking[seed % 2::2]
    return made, [('\n'.join([headline] + paragraphs), False, 1) for headline, paragraphs in half]


def judged(made, reader):
    """[(signals, whether stories follow, weight)] of the pages on which nothing else shows it."""
    sent = ''.join(json.dumps({'text': text}) + '\n' for text, _, _ in made)
    read = subprocess.run(reader, input=sent, text=True, stdout=subprocess.PIPE, check=True).stdout
    found = []
    for (_, follow, weight), trace in zip(made, read.splitlines()):
        markers = [line for line in json.loads(trace)['lines'] if line['part'] == 'marker']
        if markers and markers[0]['signals']:
            found.append((markers[0]['signals'], follow, weight))
    return found


def solve(matrix, vector):
    """Gauss-Jordan, with pivots."""
    size = len(vector)
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for at in range(size):
        pivot = max(range(at, size), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for other in range(size):
            if other != at and rows[other][at]:
                factor = rows[other][at]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[at])]
    return [row[-1] for row in rows]


def learn(groups, names):
    """A logistic regression by Newton's steps, with a little decay; each group and answer weighs the same."""
    examples = []
    for group in groups:
        total = collections.Counter()
        for _, follow, weight in group:
            total[follow] += weight
        for signals, follow, weight in group:
            values = [signals.get(name, 0) / 100 for name in names]
            examples.append((values, float(follow), 200 * weight / total[follow]))
    weights = [0.0] * len(names)
    for _ in range(12):
        change = [-2 * weight for weight in weights]
        curve = [[2.0 * (a == b) for b in range(len(names))] for a in range(len(names))]
        for values, follow, weight in examples:
            sure = 1 / (1 + math.exp(-max(-30, min(30, sum(map(float.__mul__, weights, values))))))
            wrong, bend = weight * (follow - sure), weight * sure * (1 - sure)
            there = [(at, value) for at, value in enumerate(values) if value]
            for at, value in there:
                change[at] += wrong * value
                row = curve[at]
                for other, beside in there:
                    row[other] += bend * value * beside
        weights = [a + b for a, b in zip(weights, solve(curve, change))]
    return {name: round(100 * weight) for name, weight in zip(names, weights)}


def measure(examples, weights):
    wrong, count = collections.Counter(), collections.Counter()
    doubt = 0
    for signals, follow, _ in examples:
        score = sum(weights[name] * value for name, value in signals.items()) / 100
        count[follow] += 1
        wrong[follow] += (score > CUT) != follow
        doubt += abs(score - CUT) < DOUBT
    share = lambda follow: round(wrong[follow] / max(1, count[follow]), 3)
    return {'stories': count[True], 'wrong': share(True), 'articles': count[False], 'wrong_too': share(False),
            'doubt': round(doubt / max(1, len(examples)), 3)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('corpora', type=pathlib.Path)
    parser.add_argument('--hold-out', action='store_true')
    parser.add_argument('--reader', nargs='*', default=['cargo', 'run', '--quiet', '--example', 'explain_pages'])
    args = parser.parse_args()
    path = ROOT / 'config/resumption.toml'
    names = [line.split(' = ')[0] for line in path.read_text(encoding='utf-8').split('[weights]')[1].strip().splitlines()]
    train, test = ({name: [judged(some, args.reader) for some in pages(args.corpora, name, seed)] for name in CORPORA}
                   for seed in (SEED, SEED + 1))
    groups = lambda names: [group for name in names for group in train[name] if group]
    weights = learn(groups(CORPORA), names)
    for name in CORPORA:
        if args.hold_out:
            weights = learn(groups(other for other in CORPORA if other != name), names)
        print(name, *(json.dumps(measure(group, weights)) for group in test[name]), flush=True)
    if not args.hold_out:
        rows = ''.join(f'{name} = {weights[name]}\n' for name in names)
        path.write_text(HEADER.format(cut=CUT, doubt=DOUBT) + rows, encoding='utf-8')


if __name__ == '__main__':
    main()
