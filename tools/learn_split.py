#!/usr/bin/env python3
"""Learns the weights of config/split.toml: where one appended story ends and the next begins.

Pages with known answers are made of real news by make_pages.py, newsmill reads them (examples/explain_pages.rs), and a
structured perceptron over the signals of its trace finds the weights under which the best sequence is the right one.
The sequence is decoded as src/page/split.rs does it. Standard library only; the same corpora give the same weights.

  tools/learn_split.py ../shared/corpora                learns from all sources and writes config/split.toml
  tools/learn_split.py ../shared/corpora --hold-out     learns without each corpus in turn and says how it does there

Stories are drawn evenly, not by popularity, so that no single story teaches more than another. A wrong boundary costs
more than a missed one while learning (PRECISION): it makes two wrong stories.
"""
import argparse, collections, html, json, pathlib, random, subprocess, sys, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Corpora with titles, and how many pages each gives.
CORPORA = {'saudinewsnet-ar': 1600, 'antcorpus-ar': 700, 'factcheck-ar': 300, 'irnews-fa': 500, 'indonesian-id': 500,
           'masakhanews-fr': 250}
SEED = 101
EPOCHS = 12
PRECISION = 1.6
NEVER = -1e9
PAIRS = ('next_line', 'two_lines', 'at_end')
HEADER = '''# Where one appended story ends and the next begins: what each signal of a line counts.
#
# Learned by tools/learn_split.py from pages made of real news; `newsmill explain` shows the signals of each line. A line
# scores the sum of weight times signal, in hundredths; the sequence of headlines and paragraphs with the greatest sum
# stands.

# A line whose score lies within this of nought is a doubt: the page carries the warning related_unsplit.
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


def decode(scores, pair, costs):
    """The best sequence; `costs` is added to a line that begins a story, to learn with a margin."""
    states, back = [0.0, NEVER, NEVER], []
    for at in range(1, len(scores)):
        on, one, more = states
        options = [(on + pair['next_line'], 0), (one + pair['two_lines'], 1), (more, 2)]
        best = max(options)
        tail = max((one, 1), (more, 2))
        back.append((best[1], 0, tail[1]))
        states = [best[0] + scores[at] + costs[at], on, tail[0]]
    states[0] += pair['at_end']
    state = max(range(3), key=lambda s: (states[s], -s))
    out = []
    for at in range(len(scores) - 1, 0, -1):
        out.append(state == 0)
        state = back[at - 1][state]
    return [True] + out[::-1]


def pair_counts(begins):
    counts = collections.Counter()
    last = 0
    for at in range(1, len(begins)):
        if begins[at]:
            if at - last <= 2:
                counts[PAIRS[at - last - 1]] += 1
            last = at
    counts['at_end'] += last == len(begins) - 1
    return counts


def learn(blocks):
    rng = random.Random(SEED)
    weights, total, step = collections.defaultdict(float), collections.defaultdict(float), 1
    weights.update({name: -2.0 for name in PAIRS})
    for epoch in range(EPOCHS):
        rng.shuffle(blocks)
        for block in blocks:
            gold = [begins for _, begins in block]
            scores = [sum(weights[name] * value for name, value in signals.items()) / 100 for signals, _ in block]
            costs = [-1.0 if begins else PRECISION for begins in gold]
            found = decode(scores, weights, costs)
            if found != gold:
                rate = 0.2 / (1 + epoch)
                for (signals, _), want, got in zip(block[1:], gold[1:], found[1:]):
                    if want != got:
                        change = rate if want else -rate
                        for name, value in signals.items():
                            weights[name] += change * value / 100
                            total[name] += step * change * value / 100
                want, got = pair_counts(gold), pair_counts(found)
                for name in PAIRS:
                    change = rate * (want[name] - got[name])
                    weights[name] += change
                    total[name] += step * change
            step += 1
    # The average over all steps, in hundredths.
    return {name: round(100 * (weights[name] - total[name] / step)) for name in weights}


def measure(blocks, weights):
    hits = found = wanted = right = several = 0
    for block in blocks:
        gold = [begins for _, begins in block]
        scores = [sum(weights.get(name, 0) * value for name, value in signals.items()) / 100 for signals, _ in block]
        got = decode(scores, weights, [0] * len(block))
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
    parser.add_argument('--doubt', type=int, default=60)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        train = {name: pages_of(args.corpora, name, count, SEED, folder, args.reader) for name, count in CORPORA.items()}
        test = {name: pages_of(args.corpora, name, count // 2, SEED + 1, folder, args.reader) for name, count in CORPORA.items()}
    if args.hold_out:
        for name in CORPORA:
            others = [block for other in CORPORA if other != name for block in train[other]]
            print(name, json.dumps(measure(test[name], learn(others))), flush=True)
        return
    weights = learn([block for blocks in train.values() for block in blocks])
    for name in CORPORA:
        print(name, json.dumps(measure(test[name], weights)), flush=True)
    path = ROOT / 'config/split.toml'
    names = [line.split(' = ')[0] for line in path.read_text(encoding='utf-8').split('[weights]')[1].strip().splitlines()]
    pairs = {name: weights[name] for name in PAIRS}
    text = HEADER.format(doubt=args.doubt, **pairs) + ''.join(f'{name} = {weights.get(name, 0)}\n' for name in names)
    path.write_text(text, encoding='utf-8')


if __name__ == '__main__':
    main()
