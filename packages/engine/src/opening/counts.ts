import { join } from 'node:path';
import type { Dataset, OnEvent, RaremaskError } from '@raremask/core';
import { UNCHANGED } from '../augment/rule.ts';
import type { Feed } from '../reading/feed.ts';
import { lostText } from '../survey/lostText.ts';
import { type CountedSurvey, takeSurvey } from '../survey/survey.ts';
import type { OpenFeed } from './feedsOf.ts';
import { readable } from './readable.ts';
import type { Splits } from './split.ts';

/** What could be counted, and why the rest could not. */
export interface Counted {
  readonly survey: CountedSurvey;
  /** By id. */
  readonly unreadable: ReadonlyMap<string, RaremaskError>;
}

export interface CountsSource {
  readonly dataset: Dataset;
  /** Plugin and options of the data set. */
  readonly identity: string;
  /** Of the manifest: what was counted is kept below it. */
  readonly folder: string;
  readonly workers: number;
  readonly feed: OpenFeed;
  /** Whether the first sample that cannot be read ends the count, or all of them are listed. */
  readonly unreadable: 'throw' | 'list';
  readonly onEvent: OnEvent;
}

/** Counts the samples of a data set once, however many ask. */
export class Counts {
  readonly #source: CountsSource;
  readonly #unreadable = new Map<string, RaremaskError>();
  #everything: Promise<CountedSurvey> | undefined;
  #counted: Promise<Counted> | undefined;

  constructor(source: CountsSource) {
    this.#source = source;
  }

  /** Whether a sample shows no foreground, or cannot be read. Counts all samples of the data set. */
  async isEmpty(id: string): Promise<boolean> {
    this.#everything ??= this.#count(this.#source.dataset.ids, []);
    const survey = await this.#everything;
    return !survey.has(id) || !survey.hasForeground(id);
  }

  /** The samples of the splits. */
  of(splits: Splits): Promise<Counted> {
    this.#counted ??= this.#surveyOf(splits).then((survey) => {
      this.#sayLost(survey, Object.values(splits).flat());
      return { survey, unreadable: this.#unreadable };
    });
    return this.#counted;
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

  async #count(ids: readonly string[], train: readonly string[]): Promise<CountedSurvey> {
    const { dataset, identity, folder, workers, feed, unreadable, onEvent } = this.#source;
    let reader: Promise<Feed> | undefined;
    try {
      return await takeSurvey({
        dataset,
        ids,
        train,
        identity,
        cacheFolder: join(folder, '.raremask'),
        read: async (missing) => {
          reader ??= feed({
            normalization: { kind: 'none' },
            multipleOf: dataset.facts.space === 2 ? [1, 1] : [1, 1, 1],
            augment: UNCHANGED,
          });
          const opened = await reader;
          if (unreadable === 'throw') return opened.survey(missing);
          return readable(opened, missing, workers, (id, error) => this.#unreadable.set(id, error));
        },
        partial: unreadable === 'list',
        onProgress: (done, total) => onEvent({ type: 'survey', done, total }),
        warn: (text) => onEvent({ type: 'note', level: 'warn', text }),
      });
    } finally {
      await (await reader)?.close();
    }
  }
}
