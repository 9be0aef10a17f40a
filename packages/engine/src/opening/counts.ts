import { join } from 'node:path';
import type { Dataset, OnEvent, RaremaskError } from '@raremask/core';
import type { Feed } from '../reading/feed.ts';
import type { Part } from '../reading/part.ts';
import { lostText } from '../survey/lostText.ts';
import { type CountedSurvey, takeSurvey } from '../survey/survey.ts';
import { partNotKept } from './errors.ts';
import type { OpenFeed } from './feedsOf.ts';
import { readable } from './readable.ts';
import type { Splits } from './split.ts';
import type { BrokenSamples } from './tolerant.ts';

/** What could be counted, and why the rest could not. */
export interface Counted {
  readonly survey: CountedSurvey;
  /** By id. */
  readonly unreadable: ReadonlyMap<string, RaremaskError>;
}

/** What came of counting a share of a data set. */
export interface PartCount {
  readonly part: Part;
  /** Of the whole data set. */
  readonly samples: number;
  /** Of the share: samples that could be read, and how many of them are without foreground. */
  readonly counted: number;
  readonly empty: number;
  readonly unreadable: readonly {
    readonly id: string;
    readonly code: string;
    readonly message: string;
  }[];
}

export interface CountsSource {
  readonly dataset: Dataset;
  /** Plugin and options of the data set. */
  readonly identity: string;
  /** Of the manifest: what was counted is kept below it. */
  readonly folder: string;
  readonly workers: number;
  readonly feed: OpenFeed;
  /** What is known of samples that cannot be used, before they are read; the count adds to it. */
  readonly broken: BrokenSamples;
  readonly onEvent: OnEvent;
}

/** Counts the samples of a data set once, however many ask. */
export class Counts {
  readonly #source: CountsSource;
  #everything: Promise<CountedSurvey> | undefined;
  #counted: Promise<Counted> | undefined;

  constructor(source: CountsSource) {
    this.#source = source;
  }

  /** Foreground classes that a sample shows; none of one that cannot be read. Counts all samples of the data set. */
  async classesIn(id: string): Promise<readonly number[]> {
    this.#everything ??= this.#count(this.#source.dataset.ids, []);
    return (await this.#everything).classesIn(id);
  }

  /** The samples of the splits. */
  of(splits: Splits): Promise<Counted> {
    this.#counted ??= this.#surveyOf(splits).then((survey) => {
      this.#sayLost(survey, Object.values(splits).flat());
      return { survey, unreadable: this.#source.broken.reasons };
    });
    return this.#counted;
  }

  /**
   * One of several shares of the samples, in the order of their ids; its counts are kept for whoever counts
   * the whole.
   */
  async ofPart(part: Part): Promise<PartCount> {
    const { dataset, broken } = this.#source;
    const { length } = dataset.ids;
    const [from, to] = [part.number - 1, part.number].map((at) =>
      Math.floor((at * length) / part.of),
    );
    const ids = dataset.ids.slice(from, to);
    if (dataset.fingerprint === undefined) throw partNotKept();
    const survey = await this.#count(ids, ids, part);
    const empty = survey.train.filter((id) => !survey.hasForeground(id)).length;
    const unreadable = ids.flatMap((id) => {
      const reason = broken.reasons.get(id);
      return reason === undefined ? [] : [{ id, code: reason.code, message: reason.message }];
    });
    return { part, samples: length, counted: survey.train.length, empty, unreadable };
  }

  #sayLost(survey: CountedSurvey, ids: readonly string[]): void {
    const text = lostText(survey, ids, this.#source.dataset.facts);
    if (text !== undefined) this.#source.onEvent({ type: 'note', level: 'warn', text });
  }

  async #surveyOf({ train, validation, test }: Splits): Promise<CountedSurvey> {
    if (this.#everything === undefined) {
      return await this.#count([...new Set([...train, ...validation, ...test])], train);
    }
    const survey = await this.#everything;
    const trained = new Set(train);
    const { ids } = this.#source.dataset;
    return { ...survey, train: ids.filter((id) => trained.has(id) && survey.has(id)) };
  }

  async #count(
    ids: readonly string[],
    train: readonly string[],
    part?: Part,
  ): Promise<CountedSurvey> {
    const { dataset, identity, folder, workers, feed, broken, onEvent } = this.#source;
    const able = ids.filter((id) => !broken.has(id));
    let reader: Promise<Feed> | undefined;
    try {
      return await takeSurvey({
        dataset,
        ids: able,
        train,
        identity,
        cacheFolder: join(folder, '.raremask'),
        ...(part && { part }),
        read: async (missing) => {
          reader ??= feed({
            normalization: { kind: 'none' },
            multipleOf: dataset.facts.space === 2 ? [1, 1] : [1, 1, 1],
          });
          const opened = await reader;
          const count = (id: string) => opened.survey([id]);
          return readable(missing, count, workers + 1, (id, error) => broken.add(id, error));
        },
        partial: true,
        onProgress: (done, total) => onEvent({ type: 'survey', done, total }),
        warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
      });
    } finally {
      await (await reader)?.close();
    }
  }
}
