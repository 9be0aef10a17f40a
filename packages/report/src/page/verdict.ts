import {
  adviceFor,
  bestRow,
  type EpochRow,
  type Evaluation,
  type FoundDecision,
  lastScored,
  type ManifestView,
  type OperatingChoice,
  type Problem,
  type Seen,
} from '@raremask/record';
import { counted, partText, percentText, shareText } from '../numberText.ts';

/** What the two kinds of error say of a run, in plain words. */
export interface Verdict {
  readonly state:
    | 'learning' // finds structures and is quiet where there are none
    | 'weak' // finds little, without the pattern of a collapse
    | 'background' // predicts next to nothing anywhere
    | 'alarms' // predicts something on most empty images
    | 'lost' // was good once, and is background now
    | 'unscored'; // nothing was scored
  /** A few words. */
  readonly headline: string;
  /** One or two sentences: what was seen. */
  readonly text: string;
  /** What to try, the most promising first; empty where nothing has to change. */
  readonly advice: readonly string[];
}

/** The pair of scores that the verdict rests on, from the evaluation or the best epoch. */
interface Pair {
  readonly dice: number | null;
  /** Share of images with foreground on which nothing is predicted. */
  readonly missed: number | null;
  /** Share of the empty images with an alarm. */
  readonly alarms: number | null;
  readonly counts?: { readonly withForeground: number; readonly empty: number };
}

const NOTHING_FOUND = 0.05;
const USEFUL_DICE = 0.3;
const FLOOD = 0.5;
const QUIET = 0.2;

/** What the sentinel has said of a run. */
export interface Told {
  readonly epoch: number;
  readonly problem: string;
  readonly since: number;
  readonly text: string;
  readonly advice: readonly string[];
  readonly done?: string;
}

interface VerdictFacts {
  readonly history: readonly EpochRow[];
  readonly evaluation?: Evaluation | undefined;
  /** What advice is about: nothing that the manifest has already is advised. */
  readonly manifest?: ManifestView | undefined;
  readonly findings?: readonly Told[];
  readonly seen?: Seen | undefined;
  /** What was searched for the checkpoint that is scored. */
  readonly decision?: FoundDecision | undefined;
  /** Epoch of the best checkpoint, as the run recorded it; left out, the one with the best balanced score. */
  readonly bestEpoch?: number | undefined;
}

/** What the sentinel saw comes before what follows from the scores alone. */
function advised(
  problem: Problem,
  { manifest, findings = [], seen }: VerdictFacts,
): readonly string[] {
  const told = findings.flatMap(({ advice }) => advice);
  return [...new Set([...told, ...adviceFor(problem, manifest, seen)])].slice(0, MOST_ADVICE);
}

const MOST_ADVICE = 4;

/**
 * Names what a run has come to: collapse to background, alarms on empty images, or learning. It
 * rests on the evaluation where there is one, else on the best epoch's validation.
 */
export function verdict(facts: VerdictFacts): Verdict {
  const { history, evaluation } = facts;
  const pair = pairOf(history, evaluation);
  if (pair === undefined) {
    return {
      state: 'unscored',
      headline: 'Not scored',
      text: 'No image was scored, so nothing can be said about what the network finds or where it raises false alarms.',
      advice: [
        'Score the run with `raremask evaluate`; if it has no validation split, give it one: `data.split.validation: 0.2`, or a list file.',
      ],
    };
  }
  return lost(facts) ?? background(pair, facts) ?? alarms(pair, facts) ?? learned(pair, facts);
}

function pairOf(history: readonly EpochRow[], evaluation?: Evaluation): Pair | undefined {
  const summary = evaluation?.summary.foreground;
  if (summary !== undefined && summary.images > 0) {
    return {
      dice: summary.diceForeground,
      missed: summary.missed,
      alarms: summary.alarmShare,
      counts: { withForeground: summary.imagesWithForeground, empty: summary.emptyImages },
    };
  }
  const scores = (bestRow(history) ?? lastScored(history))?.validation;
  if (scores === undefined) return undefined;
  if (scores.diceForeground === null && scores.alarmShare === null) return undefined;
  return { dice: scores.diceForeground, missed: scores.missed, alarms: scores.alarmShare };
}

/** A run whose last epochs found nothing although an earlier one did. */
function lost(facts: VerdictFacts): Verdict | undefined {
  const { history, evaluation, bestEpoch } = facts;
  const best = history.find(({ epoch }) => epoch === bestEpoch) ?? bestRow(history);
  const last = lastScored(history);
  const before = best?.validation?.diceForeground ?? 0;
  const after = last?.validation?.diceForeground ?? null;
  if (best === undefined || last === undefined || after === null) return undefined;
  if (before < USEFUL_DICE || after >= NOTHING_FOUND) return undefined;
  const kept =
    evaluation?.checkpoint === 'best' ? ' The scores here are those of the best epoch.' : '';
  const useBest =
    evaluation?.checkpoint === 'last'
      ? [
          `Take the weights of epoch ${best.epoch}: \`raremask evaluate RUN --checkpoint best\`, or \`evaluate.checkpoint: best\`.`,
        ]
      : [];
  return {
    state: 'lost',
    headline: 'Collapsed on the way',
    text: `Dice on images with foreground was ${shareText(before)} in epoch ${best.epoch} and ${shareText(after)} in epoch ${last.epoch}.${kept}`,
    advice: [...useBest, ...advised('lost', facts)],
  };
}

function background(
  { dice, missed, alarms, counts }: Pair,
  facts: VerdictFacts,
): Verdict | undefined {
  if (dice === null || dice >= NOTHING_FOUND || (missed ?? 0) < 0.8) return undefined;
  if (alarms !== null && alarms >= FLOOD) return undefined;
  const where =
    counts === undefined
      ? `${percentText(missed)} of the images with foreground`
      : `${partText(Math.round((missed ?? 0) * counts.withForeground), counts.withForeground)} images with foreground`;
  const flattery =
    counts === undefined || counts.empty === 0
      ? ''
      : ` A mean Dice that counts quiet empty images as 1 would still print about ${shareText(
          ((1 - (alarms ?? 0)) * counts.empty) / (counts.empty + counts.withForeground),
        )}.`;
  return {
    state: 'background',
    headline: 'All background',
    text: `The network predicts background everywhere: nothing at all on ${where}.${flattery}`,
    advice: [...lowerThreshold(facts), ...advised('background', facts)],
  };
}

/** How much better another threshold must be to be worth a word. */
const FAR_BETTER = 0.2;

/** What is there, but less probable than the threshold: the curve of other rules shows it. */
function lowerThreshold({ decision }: VerdictFacts): readonly string[] {
  const curve = (decision?.threshold === undefined && decision?.curve) || [];
  const used = curve.find(({ chosen }) => chosen);
  if (used === undefined) return [];
  const errors = (point: OperatingChoice) => point.crossFitted ?? point.errors;
  const score = (point: OperatingChoice) => {
    const { dice, alarms: share } = errors(point);
    return Math.sqrt((dice ?? 0) * (1 - (share ?? 0)));
  };
  const best = curve
    .filter(({ threshold }) => threshold < used.threshold)
    .reduce((top, one) => (score(one) > score(top) ? one : top), used);
  if (score(best) < Math.max(USEFUL_DICE, score(used) + FAR_BETTER)) return [];
  const { dice, alarms: share } = errors(best);
  const quiet =
    share === null ? '' : ` and alarms on ${percentText(share)} of the images without foreground`;
  return [
    `Let the threshold be searched, \`raremask evaluate RUN --set evaluate.threshold=auto\`: pixels from a probability of ${best.threshold} on would have a Dice of ${shareText(dice)}${quiet} on the validation images.`,
  ];
}

function alarms({ dice, alarms: share, counts }: Pair, facts: VerdictFacts): Verdict | undefined {
  if (share === null || share < FLOOD) return undefined;
  const where =
    counts === undefined
      ? `${percentText(share)} of the images`
      : `${partText(Math.round(share * counts.empty), counts.empty)} images`;
  const found =
    dice === null
      ? 'This split has no image with foreground to find anything on.'
      : `Dice is ${shareText(dice)} where there is foreground, which says nothing about these.`;
  return {
    state: 'alarms',
    headline: 'False alarms on empty images',
    text: `Something is predicted on ${where} that hold nothing. ${found}`,
    advice: advised('alarms', facts),
  };
}

function learned(pair: Pair, facts: VerdictFacts): Verdict {
  const { history } = facts;
  const { dice, alarms: share, counts } = pair;
  const quiet =
    share === null
      ? 'There are no empty images in this split, so nothing is known about false alarms.'
      : `It raises an alarm on ${percentText(share)} of the images without${
          counts === undefined ? '' : ` (${counted(counts.empty, 'image')})`
        }.`;
  const longer = facts.manifest?.budget != null ? 'a longer `train.budget`' : 'more `train.epochs`';
  const more = stillRising(history)
    ? [`The score was still rising in the last epochs: give it ${longer}.`]
    : [];
  if (dice === null) {
    return {
      state: 'weak',
      headline: 'Untested where it matters',
      text: `No image of this split has foreground, so nothing is known about what the network finds. ${quiet}`,
      advice: advised('untested', facts),
    };
  }
  const noisy = share !== null && share >= QUIET ? advised('alarms', facts) : [];
  if (dice < USEFUL_DICE) {
    return {
      state: 'weak',
      headline: 'Finds little',
      text: `Dice on images with foreground is ${shareText(dice)}. ${quiet}`,
      advice: [
        ...lowerThreshold(facts),
        ...more,
        ...(noisy.length > 0 ? noisy : advised('weak', facts)),
      ],
    };
  }
  const overlooked =
    (pair.missed ?? 0) < 0.1
      ? ''
      : counts === undefined
        ? ` Nothing is found on ${percentText(pair.missed)} of them.`
        : ` Nothing is found on ${partText(Math.round(pair.missed! * counts.withForeground), counts.withForeground)} of them.`;
  return {
    state: 'learning',
    headline: noisy.length > 0 ? 'Finds structures, with false alarms' : 'Finds structures',
    text: `Dice on images with foreground is ${shareText(dice)}.${overlooked} ${quiet}`,
    advice: [...more, ...noisy],
  };
}

/** Share of the scored epochs that are compared with as many before them. */
const LAST_SHARE = 1 / 8;
/** By how much more the score has to be there. */
const RISEN = 0.01;

/**
 * Whether the median score of the last eighth of the scored epochs is better than those of all eighths before: a single epoch
 * that was better by chance is no rise.
 */
function stillRising(history: readonly EpochRow[]): boolean {
  const scores = history
    .map((row) => row.validation?.balanced)
    .filter((score): score is number => typeof score === 'number');
  if (scores.length < 4) return false;
  const size = Math.max(Math.floor(scores.length * LAST_SHARE), 1);
  const medians: number[] = [];
  for (let end = scores.length; end >= size; end -= size) {
    medians.push(median(scores.slice(end - size, end)));
  }
  const [last, ...before] = medians;
  return last! > Math.max(...before) + RISEN;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}
