import type { EpochScores, RecordedEvent } from '@raremask/record';
import { createLogUpdate } from 'log-update';
import pc from 'picocolors';
import {
  counted,
  countText,
  measureText,
  percentText,
  shareText,
  timeText,
} from '../numberText.ts';
import { addedScoreText } from '../scoreText.ts';
import { plain } from './columns.ts';
import { visibleLength, wrapped } from './wrapped.ts';

export interface ProgressOptions {
  /** True redraws in place; false writes plain lines, one an epoch. */
  readonly terminal: boolean;
  /** Whether NO_COLOR and the like allow colour is the caller's to know. */
  readonly color: boolean;
  /** Columns; default: those of the stream, else 100. */
  readonly width?: number;
}

/** Shows what a run is doing. */
export interface Progress {
  event(event: RecordedEvent): void;
  /** Leaves the terminal as it was; may be called more than once. */
  close(): void;
}

const REDRAW_MILLISECONDS = 80;
const FIRST_WORD_MILLISECONDS = 2000;
const NEXT_WORD_MILLISECONDS = 10_000;

/**
 * Live progress in a terminal (epoch, steps, loss by term, images a second, time left, the last
 * validation's pair), one plain line an epoch in a pipe. Write it to stderr: stdout is for results.
 */
export function createProgress(stream: NodeJS.WriteStream, options: ProgressOptions): Progress {
  const scene = new Scene(options);
  const width = () => options.width ?? stream.columns ?? 100;
  return options.terminal
    ? liveProgress(stream, scene, width, options)
    : plainProgress(stream, scene, width);
}

function liveProgress(
  stream: NodeJS.WriteStream,
  scene: Scene,
  width: () => number,
  options: ProgressOptions,
): Progress {
  const screen = createLogUpdate(stream, { defaultWidth: options.width ?? 100 });
  let drawn = Number.NEGATIVE_INFINITY;
  let open = true;
  return {
    event(event) {
      if (!open) return;
      const lines = scene.take(event, width());
      if (lines.length > 0) screen.persist(folded(lines, width()));
      const live = scene.live(width());
      const now = performance.now();
      if (live === '') screen.clear();
      else if (lines.length > 0 || isLast(event) || now - drawn >= REDRAW_MILLISECONDS) {
        screen(live);
        drawn = now;
      }
    },
    close() {
      if (!open) return;
      open = false;
      screen.clear();
      screen.done();
    },
  };
}

function plainProgress(stream: NodeJS.WriteStream, scene: Scene, width: () => number): Progress {
  let next = performance.now() + FIRST_WORD_MILLISECONDS;
  return {
    event(event) {
      const lines = scene.take(event, width());
      const now = performance.now();
      if (lines.length === 0 && isCount(event) && !isLast(event) && now >= next) {
        lines.push(scene.countLine(event));
      }
      if (lines.length === 0) return;
      next = now + NEXT_WORD_MILLISECONDS;
      stream.write(`${lines.join('\n')}\n`);
    },
    close() {},
  };
}

type Count = Extract<RecordedEvent, { type: 'survey' | 'validate' | 'step' }>;

function isCount(event: RecordedEvent): event is Count {
  return event.type === 'survey' || event.type === 'validate' || event.type === 'step';
}

function isLast(event: RecordedEvent): boolean {
  if (event.type === 'step') return event.step === event.steps;
  return (event.type === 'survey' || event.type === 'validate') && event.done === event.total;
}

/** What is known of the run so far, and how it is said. */
class Scene {
  readonly #paint: ReturnType<typeof pc.createColors>;
  #name = '';
  #epochs = 0;
  #texts: NonNullable<Extract<RecordedEvent, { type: 'start' }>['scores']> = [];
  #training = false;
  #count: Count | undefined;
  #step: Extract<RecordedEvent, { type: 'step' }> | undefined;
  #scores: { readonly epoch: number; readonly scores: EpochScores } | undefined;
  #best = 0;

  constructor(options: ProgressOptions) {
    this.#paint = pc.createColors(options.color);
  }

  /** Takes an event in; returns the lines that stay on the screen. */
  take(event: RecordedEvent, width: number): string[] {
    switch (event.type) {
      case 'start':
        this.#name = plain(event.name);
        this.#epochs = event.epochs;
        this.#texts = event.scores ?? [];
        this.#training = true;
        this.#count = undefined;
        return this.#startLines(event, width);
      case 'step':
        this.#step = event;
        this.#count = event;
        return [];
      case 'survey':
      case 'validate':
        this.#count = event.done < event.total ? event : undefined;
        return [];
      case 'epoch':
        this.#count = undefined;
        this.#epochs = event.epochs;
        if (event.validation) this.#scores = { epoch: event.epoch, scores: event.validation };
        if (event.best) this.#best = event.epoch;
        return [this.#epochLine(event, width)];
      case 'note':
        return [
          event.level === 'warn'
            ? this.#paint.yellow(`warning: ${plain(event.text)}`)
            : plain(event.text),
        ];
      case 'finding':
        return this.#findingLines(event, width);
      case 'load':
        return [];
      case 'end':
        this.#training = false;
        this.#count = undefined;
        return [this.#endLine(event)];
    }
  }

  /** What is redrawn in place; empty where nothing is going on. */
  live(width: number): string {
    const count = this.#count;
    if (count === undefined) return this.#training ? this.#trainingLive(undefined, width) : '';
    if (count.type === 'survey') return this.#bar('reading images', count.done, count.total, width);
    if (count.type === 'validate' && !this.#training) {
      return this.#bar('images', count.done, count.total, width);
    }
    return this.#trainingLive(count, width);
  }

  /** A line for a pipe when something takes long. */
  countLine(event: Count): string {
    if (event.type === 'survey') {
      return `reading images: ${countText(event.done)} of ${countText(event.total)}`;
    }
    if (event.type === 'step') {
      return `epoch ${event.epoch}, step ${event.step} of ${event.steps}: loss ${measureText(event.loss)}, ${measureText(event.imagesPerSecond)} images/s, ${timeText(event.secondsLeft)} left`;
    }
    const where = this.#training ? `epoch ${event.epoch}, validation` : 'images';
    return `${where}: ${countText(event.done)} of ${countText(event.total)}`;
  }

  #startLines(event: Extract<RecordedEvent, { type: 'start' }>, width: number): string[] {
    const { counts } = event;
    const lines = [
      fitted(
        [
          this.#paint.bold(plain(event.name)),
          event.startEpoch > 1 ? `goes on with epoch ${event.startEpoch}` : '',
          this.#paint.dim(plain(event.folder)),
        ],
        width,
        '  ',
      ),
      `backend ${plain(event.backend.reason)}`,
      // Each says what makes this machine slower than it could be, and what to do.
      ...event.backend.notes.map((note) => this.#paint.yellow(plain(note))),
      `train ${counted(counts.train, 'image')}, ${countText(counts.trainEmpty)} of them empty; validation ${countText(counts.validation)}, ${countText(counts.validationEmpty)} empty`,
      `${counted(event.parameters, 'parameter')}; ${epochsText(event)}; classes ${event.classes.map(plain).join(', ')}`,
    ];
    return lines;
  }

  #epochLine(event: Extract<RecordedEvent, { type: 'epoch' }>, width: number): string {
    const digits = String(event.epochs).length;
    return fitted(
      [
        `epoch ${String(event.epoch).padStart(digits)}/${event.epochs}`,
        event.validation === undefined ? 'not validated' : this.#pair(event.validation),
        event.best ? this.#paint.green('best') : '    ',
        this.#added(event.validation),
        `loss ${measureText(event.loss).padEnd(6)}`,
        this.#paint.dim(timeText(event.seconds)),
        this.#terms(event.terms),
        this.#paint.dim(`${measureText(event.imagesPerSecond)} images/s`),
      ],
      width,
    );
  }

  #findingLines(event: Extract<RecordedEvent, { type: 'finding' }>, width: number): string[] {
    const { epoch, since, sinceStep, text, advice, done } = event;
    const within =
      sinceStep === undefined ? undefined : `since step ${sinceStep} of epoch ${since}`;
    const from = within ?? (since < epoch ? `since epoch ${since}` : `in epoch ${epoch}`);
    const said = `sentinel, ${from}: ${plain(text)}${done === undefined ? '' : `; ${done}`}`;
    return [
      ...wrapped(said, width).map((line) => this.#paint.yellow(line)),
      ...advice.flatMap((one) => {
        const [first, ...rest] = wrapped(plain(one), width - 4);
        return [`  - ${first}`, ...rest.map((line) => `    ${line}`)];
      }),
    ];
  }

  #endLine(event: Extract<RecordedEvent, { type: 'end' }>): string {
    const what = event.interrupted ? 'interrupted after' : 'trained in';
    const best = event.bestEpoch > 0 ? `, best epoch ${event.bestEpoch}` : '';
    return `${what} ${timeText(event.seconds)}${best}: ${plain(event.folder)}`;
  }

  #trainingLive(count: Count | undefined, width: number): string {
    const step = this.#step;
    const epoch = count?.type === 'survey' ? undefined : count?.epoch;
    if (epoch === undefined) return this.#paint.dim(`${this.#name}  ...`);
    const head = `epoch ${epoch}/${this.#epochs}`;
    const lines =
      count?.type === 'validate'
        ? [this.#bar(`${head}  validating`, count.done, count.total, width)]
        : [this.#bar(`${head}  step`, step?.step ?? 0, step?.steps ?? 0, width)];
    if (step !== undefined) {
      lines.push(
        fitted(
          [
            `  loss ${measureText(step.loss)}`,
            this.#terms(step.terms),
            `${measureText(step.imagesPerSecond)} images/s`,
            `${timeText(step.secondsLeft)} left`,
          ],
          width,
        ),
      );
    }
    if (this.#scores !== undefined) {
      lines.push(
        fitted(
          [
            `  validation, epoch ${this.#scores.epoch}`,
            this.#pair(this.#scores.scores),
            this.#added(this.#scores.scores),
            this.#best > 0 ? this.#paint.dim(`best epoch ${this.#best}`) : '',
          ],
          width,
        ),
      );
    }
    return lines.join('\n');
  }

  /** Dice where there is foreground, beside the share of empty images with an alarm. */
  #pair({ diceForeground, alarmShare }: EpochScores): string {
    const dice = this.#paint.cyan(shareText(diceForeground).padStart(5));
    const alarms = this.#paint.yellow(percentText(alarmShare).padStart(6));
    return `Dice ${dice} | alarms ${alarms}`;
  }

  /** Scores that the manifest adds. */
  #added(scores: EpochScores | undefined): string {
    if (scores === undefined) return '';
    return this.#texts
      .map(({ name, unit }) => `${plain(name)} ${addedScoreText(scores[name], unit)}`)
      .join(', ');
  }

  #terms(terms: Readonly<Record<string, number>>): string {
    const entries = Object.entries(terms);
    if (entries.length < 2) return '';
    return entries.map(([name, value]) => `${plain(name)} ${measureText(value)}`).join(', ');
  }

  #bar(label: string, done: number, total: number, width: number): string {
    const digits = countText(total).length;
    const numbers = `${countText(done).padStart(digits)} of ${countText(total)}`;
    const room = Math.min(40, width - label.length - numbers.length - 4);
    if (room < 8) return `${label} ${numbers}`;
    const full = total === 0 ? 0 : Math.round((done / total) * room);
    const bar = this.#paint.cyan('━'.repeat(full)) + this.#paint.dim('─'.repeat(room - full));
    return `${label}  ${bar}  ${numbers}`;
  }
}

/** Breaks what is too long for the terminal between words; lines that fit keep their spaces. */
function folded(lines: readonly string[], width: number): string {
  return lines
    .flatMap((line) => (visibleLength(line) <= width ? [line] : wrapped(line, width)))
    .join('\n');
}

/** Joins as many parts as fit into the width; the first always stays. */
function fitted(parts: readonly string[], width: number, between = '   '): string {
  let line = '';
  for (const part of parts) {
    if (part === '') continue;
    const longer = line === '' ? part : `${line}${between}${part}`;
    if (line !== '' && visibleLength(longer) > width) break;
    line = longer;
  }
  return line.trimEnd();
}

/** The sampler's later epochs may have another number of batches, which nobody knows before they are drawn. */
function epochsText(event: Extract<RecordedEvent, { type: 'start' }>): string {
  const { epochs, startEpoch } = event;
  const batches = `of ${counted(event.batchesPerEpoch, 'batch', 'batches')} of ${event.batch}`;
  if (epochs === 1) return `${counted(epochs, 'epoch')} ${batches}`;
  const which = startEpoch === 1 ? 'the first' : `epoch ${startEpoch}`;
  return `${counted(epochs, 'epoch')}, ${which} ${batches}`;
}
