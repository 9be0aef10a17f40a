import { bestRow, type EpochRow, type Evaluation, lastScored } from '@raremask/record';
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

const AGAINST_BACKGROUND = [
  'Keep `lastBias: foreground-share` in @raremask/unet, so that the first epochs are not spent on unlearning foreground.',
  'Show more foreground: `foreground: 0.5` and `atLeast: 1` in @raremask/sampler, for large images a `window` with `centred: 0.75`.',
  'Add @raremask/loss-ce to a Dice term, and pool the Dice (`pool: batch`) or leave empty images out of it (`empty: ignore`).',
];

const AGAINST_ALARMS = [
  'Let the loss hear empty images: a Dice term per image with small smoothing is silent on them. Use `pool: batch` or `empty: cross-entropy` in @raremask/loss-dice, and add @raremask/loss-ce.',
  'Show more empty images: a lower `foreground` in @raremask/sampler (`natural` shows all of them), or `emptyImages: keep`; and those with alarms more often: `hardNegatives: {}`.',
];

/**
 * Names what a run has come to: collapse to background, alarms on empty images, or learning. It
 * rests on the evaluation where there is one, else on the best epoch's validation.
 */
export function verdict(history: readonly EpochRow[], evaluation?: Evaluation): Verdict {
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
  return lost(history, evaluation) ?? background(pair) ?? alarms(pair) ?? learned(pair, history);
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
function lost(history: readonly EpochRow[], evaluation?: Evaluation): Verdict | undefined {
  const best = bestRow(history);
  const last = lastScored(history);
  const before = best?.validation?.diceForeground ?? 0;
  const after = last?.validation?.diceForeground ?? null;
  if (best === undefined || last === undefined || after === null) return undefined;
  if (before < USEFUL_DICE || after >= NOTHING_FOUND) return undefined;
  const kept =
    evaluation?.checkpoint === 'best' ? ' The scores here are those of the best epoch.' : '';
  return {
    state: 'lost',
    headline: 'Collapsed on the way',
    text: `Dice on images with foreground was ${shareText(before)} in epoch ${best.epoch} and ${shareText(after)} in epoch ${last.epoch}.${kept}`,
    advice: [
      'Use a lower `train.optimizer.learningRate`, or set `train.clip: 1`.',
      ...AGAINST_BACKGROUND.slice(1),
    ],
  };
}

function background({ dice, missed, alarms, counts }: Pair): Verdict | undefined {
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
    advice: AGAINST_BACKGROUND,
  };
}

function alarms({ dice, alarms: share, counts }: Pair): Verdict | undefined {
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
    advice: AGAINST_ALARMS,
  };
}

function learned(pair: Pair, history: readonly EpochRow[]): Verdict {
  const { dice, alarms: share, counts } = pair;
  const quiet =
    share === null
      ? 'There are no empty images in this split, so nothing is known about false alarms.'
      : `It raises an alarm on ${percentText(share)} of the images without${
          counts === undefined ? '' : ` (${counted(counts.empty, 'image')})`
        }.`;
  const more = stillRising(history)
    ? ['The score was still rising in the last epochs: give it more `train.epochs`.']
    : [];
  if (dice === null) {
    return {
      state: 'weak',
      headline: 'Untested where it matters',
      text: `No image of this split has foreground, so nothing is known about what the network finds. ${quiet}`,
      advice: ['Put images with foreground into the split; `stratify: true` does it by itself.'],
    };
  }
  const noisy = share !== null && share >= QUIET ? AGAINST_ALARMS : [];
  if (dice < USEFUL_DICE) {
    return {
      state: 'weak',
      headline: 'Finds little',
      text: `Dice on images with foreground is ${shareText(dice)}. ${quiet}`,
      advice: [...more, ...(noisy.length > 0 ? noisy : AGAINST_BACKGROUND)],
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

/** Whether the last quarter of the scored epochs is better than all before by more than a hundredth. */
function stillRising(history: readonly EpochRow[]): boolean {
  const scores = history
    .map((row) => row.validation?.balanced)
    .filter((score): score is number => typeof score === 'number');
  if (scores.length < 4) return false;
  const cut = Math.floor(scores.length * 0.75);
  return Math.max(...scores.slice(cut)) > Math.max(...scores.slice(0, cut)) + 0.01;
}
