import { createRandom } from '@raremask/core/host';
import { notDeclared } from '../../pluginFaults.ts';
import { type Batch, withImages } from '../../trial/batch.ts';
import { type Law, law } from '../../trial/law.ts';
import { make } from '../../trial/make.ts';
import { list, number } from '../../trial/valueAndGradient.ts';
import { EXTREMES } from '../extremes.ts';
import {
  missIsCheaper,
  mistakeIsFree,
  notFinite,
  notSoftmax,
  optionActsElsewhere,
  rewardsMistakes,
  undeclaredScalar,
} from '../faults.ts';
import { equalHits, mistaken } from '../mistakes.ts';
import { evaluated, type LossSubject, place, random, SEED, totalOfSubject } from '../subject.ts';
import { type LossKnowledge, nearness } from './law.ts';

/** What a value must be, and what must cost something. */
export function valueLaws({
  tolerance,
  local,
  expects,
}: LossKnowledge): readonly Law<LossSubject>[] {
  const { near } = nearness(tolerance);
  return [
    law('returns one number for each sample, or a scalar', async (subject) => {
      for (const batch of [random(subject), withImages(random(subject), [0])]) {
        await evaluated(subject, batch);
      }
    }),
    law('returns a scalar only where it says that it pools the batch', async (subject) => {
      const batch = random(subject);
      if (typeof subject.pools !== 'boolean') {
        throw notDeclared(subject.where, 'poolsBatch', 'true or false', subject.pools);
      }
      const { shape } = await evaluated(subject, batch);
      if (shape.length === 0 && !subject.pools) throw undeclaredScalar(place(subject, batch));
    }),
    ...Object.entries(EXTREMES).map(([name, extremes]) =>
      law<LossSubject>(name, async (subject) => {
        for (const batch of extremes(random(subject))) {
          const { values, gradient } = await evaluated(subject, batch);
          if (!values.every(Number.isFinite)) {
            throw notFinite(place(subject, batch), 'value', list(values));
          }
          const at = gradient.findIndex((slope) => !Number.isFinite(slope));
          if (at >= 0) throw notFinite(place(subject, batch), 'gradient', `${gradient[at]}`);
        }
      }),
    ),
    law('costs less for a better prediction', async (subject) => {
      const batch = random(subject);
      const jitter = batch.logits.map((logit) => logit / 5);
      const towards = (margin: number) => ({
        ...batch,
        label: `${batch.label}, logits ${margin} from the truth`,
        logits: batch.target.map((truth, index) => margin * (2 * truth - 1) + jitter[index]!),
      });
      const ladder = [-1.5, 0, 1];
      const totals: number[] = [];
      for (const margin of ladder) {
        totals.push((await evaluated(subject, towards(margin))).values.reduce((a, b) => a + b, 0));
      }
      const [wrong, unsure, right] = totals as [number, number, number];
      const slack = tolerance * Math.max(Math.abs(wrong), Math.abs(right));
      const complain = (margin: number, better: number, worse: number) =>
        rewardsMistakes(place(subject, towards(margin)), {
          better: number(better),
          worse: number(worse),
        });
      // Distances from the border of the prediction may grow on the way.
      if (local) {
        if (!(unsure <= wrong + slack)) throw complain(0, unsure, wrong);
        if (!(right <= unsure + slack)) throw complain(1, right, unsure);
      }
      if (!(right < wrong - slack)) throw complain(1, right, wrong);
    }),
    law('makes false alarms and missed pixels cost something', async (subject) => {
      const good = await totalOfSubject(subject, mistaken(subject.facts, 0, 0, 3));
      for (const [mistake, batch] of [
        ['false alarms', mistaken(subject.facts, 0, 3, 3)],
        ['missed pixels', mistaken(subject.facts, 3, 0, 3)],
      ] as const) {
        const cost = await totalOfSubject(subject, batch);
        if (!(cost > good + tolerance * Math.max(Math.abs(good), 1e-2))) {
          const got = { expected: number(good), got: number(cost) };
          throw mistakeIsFree(place(subject, batch), mistake, got);
        }
      }
    }),
    law('uses the softmax of exclusive classes', async (subject) => {
      if (subject.facts.overlapping) return;
      const batch = random(subject);
      const stream = createRandom(SEED);
      const rises = batch.weight.map(() => 2 * stream.normal());
      const classes = subject.facts.classes.length;
      const risen = {
        ...batch,
        logits: batch.logits.map((logit, index) => logit + rises[Math.floor(index / classes)]!),
      };
      const one = await evaluated(subject, batch);
      const other = near((await evaluated(subject, risen)).values, one.values);
      if (other) throw notSoftmax(place(subject, batch), other);
    }),
    ...expectedLaws(tolerance, expects),
  ];
}

/** What the author expects of false alarms and missed pixels. */
function expectedLaws(
  tolerance: number,
  { missCostsMore, alarmOption, missOption }: LossKnowledge['expects'],
): readonly Law<LossSubject>[] {
  return [
    ...(missCostsMore === undefined ? [] : [costsMore(missCostsMore, tolerance)]),
    ...(alarmOption === undefined ? [] : [weighs(alarmOption, 'false alarms', tolerance)]),
    ...(missOption === undefined ? [] : [weighs(missOption, 'missed pixels', tolerance)]),
  ];
}

function costsMore(missCostsMore: boolean, tolerance: number): Law<LossSubject> {
  return law(
    `makes ${missCostsMore ? 'missed pixels' : 'false alarms'} cost more`,
    async (subject) => {
      const { missed, alarmed } = equalHits(subject.facts);
      const [miss, alarm] = [
        await totalOfSubject(subject, missed),
        await totalOfSubject(subject, alarmed),
      ];
      const slack = tolerance * Math.max(Math.abs(miss), Math.abs(alarm));
      if (!((missCostsMore ? miss - alarm : alarm - miss) > slack)) {
        throw missIsCheaper(
          place(subject, missed),
          missCostsMore ? 'missed pixels' : 'false alarms',
          { missed: number(miss), alarmed: number(alarm) },
        );
      }
    },
  );
}

function weighs(
  option: string,
  mistake: 'false alarms' | 'missed pixels',
  tolerance: number,
): Law<LossSubject> {
  return law(`lets the option ${option} weigh ${mistake}`, async (subject) => {
    const set = subject.options as Readonly<Record<string, number>>;
    const written = { ...(subject.written as object), [option]: 2 * set[option]! };
    const { product: loss, dispose } = await make(subject.plugin, written, subject);
    const { missed, alarmed } = equalHits(subject.facts);
    const rise = async (batch: Batch) =>
      (await totalOfSubject({ ...subject, loss }, batch)) - (await totalOfSubject(subject, batch));
    const [miss, alarm] = [await rise(missed), await rise(alarmed)];
    await dispose();
    const [own, others] = mistake === 'false alarms' ? [alarm, miss] : [miss, alarm];
    if (!(own > 0 && own > others + tolerance)) {
      throw optionActsElsewhere(place(subject, missed), option, mistake, {
        missed: number(miss),
        alarmed: number(alarm),
      });
    }
  });
}
