import type { ImageNumbers, Score, ScoredRegion, ScoredSet } from '@raremask/core';
import { calling } from '../guard/calling.ts';
import { scoreFailed, scoreMalformed, scoreValue } from './errors.ts';

/**
 * A score of which nothing wrong gets through: each call's result is checked, and what is wrong is thrown
 * with the score's place, the image and the region.
 *
 * @param place what messages begin with, for example `evaluate.scores[0] (surface)`
 * @param url of the plugin's module: what it throws gets its line
 */
export function guardedScore(
  score: Score,
  place: string,
  url?: string,
): Pick<Score, 'measure' | 'of'> {
  checkText(score, place);
  let names: string | undefined;
  const called = calling((what, cause) => scoreFailed(place, what, cause, url));
  return {
    measure(region) {
      const of = regionText(region);
      const numbers: unknown = called(`measuring ${of}`, () => score.measure(region));
      const own = checkedNumbers(numbers, place, of);
      const found = Object.keys(own).sort().join(', ');
      names ??= found;
      if (found !== names) {
        throw scoreValue(
          place,
          `measuring ${of}`,
          `the numbers ${names}, as before`,
          found || 'none',
        );
      }
      return own;
    },
    of(set) {
      const what = setText(set);
      const value: unknown = called(`summing up ${what}`, () => score.of(set));
      if (value === null) return null;
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw scoreValue(place, `summing up ${what}`, 'a finite number or null', wordFor(value));
      }
      if (score.unit === 'share' && (value < 0 || value > 1)) {
        throw scoreValue(place, `summing up ${what}`, 'a share, from 0 to 1', String(value));
      }
      return value;
    },
  };
}

function checkedNumbers(numbers: unknown, place: string, of: string): ImageNumbers {
  const isRecord = typeof numbers === 'object' && numbers !== null && !Array.isArray(numbers);
  if (!isRecord || numbers instanceof Promise) {
    throw scoreValue(place, `measuring ${of}`, 'an object of numbers by name', wordFor(numbers));
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (value === null || (typeof value === 'number' && Number.isFinite(value))) continue;
    throw scoreValue(
      place,
      `measuring ${of}`,
      `a finite number or null as ${name}`,
      wordFor(value),
    );
  }
  return { ...numbers } as ImageNumbers;
}

const TEXTS = ['title', 'unit', 'meaning', 'empty'] as const;

function checkText(score: Score, place: string): void {
  for (const key of TEXTS) {
    const value: unknown = score[key];
    if (typeof value !== 'string' || value.trim() === '') {
      throw scoreMalformed(place, key, 'a text', wordFor(value));
    }
  }
  const { short, better } = score as { readonly short?: unknown; readonly better: unknown };
  if (short !== undefined && (typeof short !== 'string' || short.trim() === '')) {
    throw scoreMalformed(place, 'short', 'a text, or nothing', wordFor(short));
  }
  if (better !== 'higher' && better !== 'lower') {
    throw scoreMalformed(place, 'better', 'higher or lower', wordFor(better));
  }
  for (const key of ['measure', 'of'] as const) {
    if (typeof score[key] !== 'function') {
      throw scoreMalformed(place, key, 'a function', wordFor(score[key]));
    }
  }
}

function regionText({ id, className }: ScoredRegion): string {
  return `${id} (${className === null ? 'any foreground' : `class ${className}`})`;
}

function setText({ images, imagesWithForeground }: ScoredSet): string {
  return `${images} ${images === 1 ? 'image' : 'images'}, ${imagesWithForeground} with foreground`;
}

function wordFor(value: unknown): string {
  if (value instanceof Promise) return 'a promise';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'function') return 'a function';
  return value === undefined ? 'nothing' : String(value);
}
