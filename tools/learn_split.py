#!/usr/bin/env python3
"""Learns the weights of config/split.toml: where one appended story ends and the next begins.

Pages with known answers are made of real news by make_pages.py, newsmill reads them (examples/explain_pages.rs), and a
conditional random field over the signals of its trace finds the weights under which the right sequence is the likeliest.
Its states are those of src/page/split/sequence.rs. Standard library only; the same corpora give the same weights.

  tools/learn_split.py ../shared/corpora                learns from all sources and writes config/split.toml
  tools/learn_split.py ../shared/corpora --hold-out     learns without each corpus in turn and says how it does there

Stories are drawn evenly, not by popularity, so that no single story teaches more than another. A wrong boundary makes two
wrong stories, so a cut has to be better than none by --cut hundredths.
"""
import argparse, collections, html, json, math, pathlib, random, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Corpora with titles, and how many pages each gives.
CORPORA = {'saudinewsnet-ar': 2000, 'antcorpus-ar': 1000, 'factcheck-ar': 700, 'irnews-fa': 900, 'indonesian-id': 900,
           'masakhanews-fr': 600}
SEED = 101
EPOCHS = 12
RATE = .15
DECAY = 1e-4
CUT = 50
DOUBT = 150
NEVER = -1e9
PAIRS = ('next_line', 'two_lines', 'at_end')
HEADER = '''# Where one appended story ends and the next begins: what each signal of a line counts.
#
# Learned by tools/learn_split.py from pages made of real news; `newsmill explain` shows the signals of each line. A line
# scores the sum of weight times signal, in hundredths; the sequence of headlines and paragraphs with the greatest sum
# stands.

# A line begins a story where the best sequence with it as a headline is better than the best one without by so much: a
# wrong cut makes two wrong stories. A line that misses it, or passes it, by less than the doubt leaves the page with the
# warning related_unsplit.
cut = {cut}
doubt = {doubt}

# A headline right behind another, one line behind another, and with nothing behind it.
next_line = {next_line}
two_lines = {two_lines}
at_end = {at_end}

[weights]
'''


def pages_of(corpora, name, count, seed, folder, reader):
    """[(signals of each line, whether it begins a story)] for each block of two lines or more."""
    pages, gold = folder / f'{name}.{seed}.pages', folder / f'{name}.{seed}.gold'
    subprocess.run([sys.executable, corpora / 'make_pages.py', '--pages', str(count), '--seed', str(seed), '--zipf', '.3',
                    '--out', pages, '--gold', gold, corpora / f'{name}.jsonl.gz'], check=True)
    with open(pages, 'rb') as lines:
        read = subprocess.run(reader, stdin=lines, stdout=subprocess.PIPE, check=True).stdout
    blocks = []
    for answer, trace in zip(open(gold, encoding='utf-8'), read.splitlines()):
        answer, trace = json.loads(answer), json.loads(trace)
        wanted = [(tidy(part), begins) for story in answer['related']
                  for part, begins in [(story['headline'], True)] + [(p, False) for p in story['body']]]
        block = []
        for line in (line for line in trace['lines'] if line['signals']):
            # What was taken for furniture is passed over; a line cut at a marker or label ends the lesson.
            while wanted and wanted[0][0] != tidy(line['text']):
                wanted.pop(0)
            if not wanted:
                break
            block.append((line['signals'], wanted.pop(0)[1]))
        if len(block) > 1:
            blocks.append(block)
    return blocks


def tidy(text):
    return ''.join(c for c in ' '.join(html.unescape(text).split()) if c.isprintable())


def log_add(a, b):
    a, b = max(a, b), min(a, b)
    return a if b < NEVER / 10 else a + math.log1p(math.exp(b - a))


def sums(scores, pair, best):
    """Forward and backward sums over the states: on a headline, one line behind it, two or more behind it."""
    next_line, two_lines, at_end = pair
    before = [(0.0, NEVER, NEVER)]
    for score in scores[1:]:
        on, one, more = before[-1]
        before.append((best(best(on + next_line, one + two_lines), more) + score, on, best(one, more)))
    behind = [(at_end, 0.0, 0.0)]
    for score in scores[:0:-1]:
        on, one, more = behind[-1]
        behind.append((best(on + score + next_line, one), best(on + score + two_lines, more), best(on + score, more)))
    return before, behind[::-1]


def learn(blocks):
    """A conditional random field over the sequences of a block, by gradient steps (AdaGrad); the average of the second half."""
    rng = random.Random(SEED)
    names = sorted({name for block in blocks for signals, _ in block for name in signals})
    number = {name: at for at, name in enumerate(names)}
    blocks = [([([number[name] for name in signals], [value / 100 for value in signals.values()]) for signals, _ in block],
               [begins for _, begins in block]) for block in blocks]
    weights, squares = [0.0] * len(names), [.01] * len(names)
    pair, pair_squares = [-2.0, -1.0, -2.0], [.01] * 3
    total, taken = [0.0] * (len(names) + 3), 0
    for epoch in range(EPOCHS):
        rng.shuffle(blocks)
        for nth, (lines, gold) in enumerate(blocks):
            scores = [sum([weights[at] * value for at, value in zip(*line)]) for line in lines]
            before, behind = sums(scores, pair, log_add)
            on, one, more = before[-1]
            whole = log_add(log_add(on + pair[2], one), more)
            changes, pair_change, last = collections.defaultdict(float), [0.0] * 3, 0
            for at in range(1, len(lines)):
                wrong = gold[at] - math.exp(min(0, before[at][0] + behind[at][0] - whole))
                for name, value in zip(*lines[at]):
                    changes[name] += wrong * value
                rest = behind[at][0] + scores[at] - whole
                pair_change[0] -= math.exp(min(0, before[at - 1][0] + pair[0] + rest))
                pair_change[1] -= math.exp(min(0, before[at - 1][1] + pair[1] + rest))
                if gold[at]:
                    if at - last <= 2:
                        pair_change[at - last - 1] += 1
                    last = at
            pair_change[2] = (last == len(lines) - 1) - math.exp(min(0, on + pair[2] - whole))
            for values, sizes, steps in ((weights, squares, changes.items()), (pair, pair_squares, enumerate(pair_change))):
                for at, change in steps:
                    change -= DECAY * values[at]
                    sizes[at] += change * change
                    values[at] += RATE * change / math.sqrt(sizes[at])
            if epoch * 2 >= EPOCHS and nth % 50 == 0:
                total, taken = [a + b for a, b in zip(total, weights + pair)], taken + 1
    # In hundredths.
    return {name: round(100 * value / taken) for name, value in zip(names + list(PAIRS), total)}


def margins(block, weights):
    """By how much the best sequence with each line as a headline is better than the best one without, as in sequence.rs."""
    scores = [sum(weights.get(name, 0) * value for name, value in signals.items()) / 100 for signals, _ in block]
    before, behind = sums(scores, [weights[name] for name in PAIRS], max)
    return [on + after_on - max(one + after_one, more + after_more)
            for (on, one, more), (after_on, after_one, after_more) in zip(before, behind)]


def measure(blocks, weights, cut):
    hits = found = wanted = right = several = 0
    for block in blocks:
        gold = [begins for _, begins in block]
        got = [True] + [margin > cut for margin in margins(block, weights)[1:]]
        hits += sum(a and b for a, b in zip(gold[1:], got[1:]))
        found += sum(got[1:])
        wanted += sum(gold[1:])
        if sum(gold) > 1:
            several += 1
            right += got == gold
    precision, recall = hits / max(1, found), hits / max(1, wanted)
    return {'p': round(precision, 4), 'r': round(recall, 4),
            'f1': round(2 * precision * recall / max(1e-9, precision + recall), 4), 'right': round(right / max(1, several), 4)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('corpora', type=pathlib.Path)
    parser.add_argument('--hold-out', action='store_true')
    parser.add_argument('--reader', nargs='*', default=['cargo', 'run', '--quiet', '--example', 'explain_pages'])
    parser.add_argument('--cut', type=int, default=CUT)
    parser.add_argument('--doubt', type=int, default=DOUBT)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        train = {name: pages_of(args.corpora, name, count, SEED, folder, args.reader) for name, count in CORPORA.items()}
        test = {name: pages_of(args.corpora, name, count // 2, SEED + 1, folder, args.reader) for name, count in CORPORA.items()}
    if args.hold_out:
        for name in CORPORA:
            others = [block for other in CORPORA if other != name for block in train[other]]
            print(name, json.dumps(measure(test[name], learn(others), args.cut)), flush=True)
        return
    weights = learn([block for blocks in train.values() for block in blocks])
    for name in CORPORA:
        print(name, json.dumps(measure(test[name], weights, args.cut)), flush=True)
    path = ROOT / 'config/split.toml'
    names = [line.split(' = ')[0] for line in path.read_text(encoding='utf-8').split('[weights]')[1].strip().splitlines()]
    pairs = {name: weights[name] for name in PAIRS}
    text = HEADER.format(cut=args.cut, doubt=args.doubt, **pairs) + ''.join(f'{name} = {weights.get(name, 0)}\n' for name in names)
    path.write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
