import { type ClassFact, RaremaskError } from '@raremask/core';

export function unknownInSurvey(id: string): RaremaskError {
  return new RaremaskError({
    code: 'RAREMASK_SURVEY_UNKNOWN_ID',
    category: 'plugin',
    where: id,
    what: 'the survey has no image with this id',
    expected: 'an id of one of the splits',
    remedy: 'ask for ids of survey.train, or of the draws',
  });
}

const ACCEPT = 'where the masks are right, set data.unlikely: accept';

export function mostlyForeground(
  share: number,
  shares: readonly { readonly name: string; readonly share: number }[],
  classes: readonly ClassFact[],
  overlapping: boolean,
): RaremaskError {
  const [largest] = shares.toSorted((left, right) => right.share - left.share);
  const single = shares.length === 1 || overlapping;
  const parts = shares.map((one) => `${one.name} ${percent(one.share)}`).join(', ');
  const background = classes[0]!;
  const swapped = overlapping
    ? `look whether the masks of ${largest!.name} are inverted`
    : `look whether the values of ${background.name} and ${largest!.name} are swapped in data.with.classes (they are ${background.value} and ${maskValueOf(classes, largest!.name)})`;
  return new RaremaskError({
    code: 'RAREMASK_MOSTLY_FOREGROUND',
    category: 'data',
    where: 'data.with.classes',
    what: `${single ? largest!.name : 'foreground'} covers ${share === 1 ? 'all' : percent(share)} of the judged training pixels`,
    expected: 'structures that cover less than half of them',
    ...(!single && { got: parts }),
    remedy: `${swapped}; ${ACCEPT}`,
  });
}

export function foregroundNowhere(images: number, classes: readonly ClassFact[]): RaremaskError {
  const values = classes.map(({ name, value }) => `${name} ${value}`).join(', ');
  return new RaremaskError({
    code: 'RAREMASK_NO_FOREGROUND',
    category: 'data',
    where: 'data.with.classes',
    what: `none of the ${images} training images has any foreground`,
    expected: 'structures in some of them',
    got: values,
    remedy: `look whether the masks are those of these images, and whether data.with.classes has the values that stand in them; ${ACCEPT}`,
  });
}

function maskValueOf(classes: readonly ClassFact[], name: string): number | undefined {
  return classes.find((one) => one.name === name)?.value;
}

function percent(share: number): string {
  const value = share * 100;
  // Never 100 of what is not all.
  return `${value >= 99 ? Math.floor(value * 10) / 10 : Number(value.toPrecision(2))} %`;
}
