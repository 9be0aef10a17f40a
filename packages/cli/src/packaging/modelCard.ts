import type { Packaged } from '@raremask/engine';
import { intervalOf, type Summary, scoreOf, shownScores } from '@raremask/metrics';
import { type Evaluation, type Inspection, NEVER_PREDICTED } from '@raremask/record';

export interface CardFacts {
  readonly name: string;
  readonly version: string;
  readonly model: Packaged;
  readonly evaluations: readonly Evaluation[];
  readonly inspection: Inspection | undefined;
  /** Findings of the sentinel in training. */
  readonly findings: readonly string[];
  readonly plugins: Readonly<Record<string, string>>;
  /** An SPDX name, or undefined where none is stated. */
  readonly license: string | undefined;
  /** Markdown of who hands the model on: what it is meant for. */
  readonly about: string | undefined;
  readonly hasPage: boolean;
}

/**
 * A model card with the sections of Mitchell et al. 2019 (Model cards for model reporting). What a person has to
 * say and has not said is named as missing, not made up.
 */
export function modelCard(facts: CardFacts): string {
  const { name, model, version, evaluations, about } = facts;
  const { rule, facts: data } = model;
  const remark = data.remark ?? evaluations[0]?.remark;
  return `# ${name}

${remark === undefined ? '' : `> **${remark}**\n\n`}Segments ${foreground(facts).join(', ')} in ${data.space === 2 ? 'images' : 'volumes'} of ${data.channels} ${data.channels === 1 ? 'channel' : 'channels'}. Written by \`raremask package\` ${version}.

## Model details

| | |
| --- | --- |
| weights | \`checkpoints/best.safetensors\`: ${model.which} of the run, epoch ${model.epoch}, ${model.parameters.toLocaleString('en-US')} parameters |
| network as ONNX | \`model.onnx\`, of standard operators; how images go in and logits come out is in its metadata |
| every setting | \`manifest.resolved.yaml\` |
| plugins | ${Object.entries(facts.plugins)
    .map(([use, of]) => `${use} ${of}`)
    .join(', ')} |
| decision | ${decisionText(
    rule,
    data.classes.map((one) => one.name),
    data.overlapping,
  )} |
| licence | ${facts.license ?? '**not stated: without one nobody else may use the model**'} |

\`raremask predict THIS-FOLDER images --out predicted\` predicts (where the plugins above are installed).${facts.hasPage ? ' `predict.html` does in a browser, opened as a file: nothing is sent anywhere.' : ''}

## Intended use

${about ?? '**Not stated.** Who hands this model on has not said what it is meant for (`raremask package --about FILE`). It must not be taken for more than an experiment.'}

## Factors

Results were not broken down by the groups that matter for a use (devices, sites, patients), as far as the data did not name them. ${groupsText(evaluations[0])}

## Metrics

Both kinds of error stand side by side: Dice on images with foreground, and the share of images without in which anything is predicted. A mean Dice over all images would hide the second. Beside them 95 % intervals, by drawing groups of images anew 1,000 times: how far chance in the choice of images reaches, not how other sites would score.

## Evaluation data and quantitative analyses

${evaluations.length === 0 ? '**The run was not scored.**' : evaluations.map(scoresTable).join('\n\n')}
${evaluations.some(({ split }) => split === 'test') ? '' : '\n**No test split was scored**: weights and decision were chosen on the validation split, so that its figures are too good.\n'}
## Training data

${dataText(facts)}

## Ethical considerations

Images and masks are not in this folder; names of images are not either. ${data.remark === undefined ? 'Whether the data may be used, and whom they leave out, has to be said by who has collected them.' : ''} A prediction is no diagnosis, and no decision about a person should rest on it alone.

## Caveats and recommendations

${caveats(facts)
  .map((line) => `- ${line}`)
  .join('\n')}
`;
}

function foreground({ model: { facts } }: CardFacts): string[] {
  return facts.classes.slice(facts.overlapping ? 0 : 1).map(({ name }) => name);
}

function decisionText(
  rule: Packaged['rule'],
  names: readonly string[],
  overlapping: boolean,
): string {
  const classes = names.flatMap((name, index) =>
    !overlapping && index === 0
      ? []
      : [
          rule.minimumSizes[index] === NEVER_PREDICTED
            ? `${name} never`
            : `${name} from ${Math.max(rule.minimumSizes[index]!, 1)} pixels and a peak of ${rule.peaks[index]}`,
        ],
  );
  const gate =
    rule.gate === undefined
      ? ''
      : `; nothing in images whose own probability is below ${rule.gate}`;
  return `threshold ${rule.threshold}; ${classes.join('; ')}${gate}`;
}

function groupsText(evaluation: Evaluation | undefined): string {
  const { groups, images } = evaluation?.summary.foreground ?? {};
  if (groups === undefined || images === undefined) return '';
  return groups < images
    ? `The scored images are of ${groups} groups.`
    : 'The data name no groups: images of one patient may stand in several splits.';
}

function scoresTable({ split, summary }: Evaluation): string {
  const { foreground } = summary;
  const rows = shownScores()
    .filter(({ printedBy }) => printedBy === undefined)
    .flatMap(({ key, title, better }) => {
      const value = scoreOf(foreground, key);
      if (value === null) return [];
      const interval = intervalOf(foreground, key)
        ?.map((end) => end.toFixed(3))
        .join(' to ');
      return [
        `| ${title} ${better === 'higher' ? '↑' : '↓'} | ${value.toFixed(3)} | ${interval ?? ''} |`,
      ];
    });
  return `### ${split} split: ${countsText(foreground)}

| score | | 95 % |
| --- | --- | --- |
${rows.join('\n')}`;
}

function countsText({ imagesWithForeground, emptyImages }: Summary): string {
  return `${imagesWithForeground} images with foreground, ${emptyImages} without`;
}

function dataText({ inspection }: CardFacts): string {
  if (inspection === undefined) return 'Not recorded with the run.';
  const splits = inspection.splits.map(
    ({ name, images, empty, groups }) => `| ${name} | ${images} | ${empty} | ${groups} |`,
  );
  const classes = inspection.classes.map(
    ({ name, images, structures, structurePixels: pixels }) =>
      `| ${name} | ${images} | ${structures ?? ''} | ${pixels === null ? '' : `${pixels.min} to ${pixels.max}, median ${pixels.median}`} |`,
  );
  return `| split | images | without foreground | groups |
| --- | --- | --- | --- |
${splits.join('\n')}

| class | images | structures | pixels of a structure |
| --- | --- | --- | --- |
${classes.join('\n')}`;
}

function caveats({ evaluations, findings, about, license }: CardFacts): string[] {
  const main = evaluations[0]?.summary.foreground;
  const dice = main && intervalOf(main, 'diceForeground');
  return [
    'Images unlike those of the training (another device, another resolution, other intensities) were not tried: look at both errors on some of your own before trusting it.',
    ...(dice !== undefined && dice[1] - dice[0] > 0.2
      ? [
          `The interval of Dice is wide (${dice.map((end) => end.toFixed(2)).join(' to ')}): ${main!.imagesWithForeground} images with foreground are few.`,
        ]
      : []),
    ...(main?.emptyImages === 0
      ? ['No image without foreground was scored: nothing is known about false alarms.']
      : []),
    ...findings.map((text) => `While it trained, the sentinel said: ${text}.`),
    ...(about === undefined ? ['What it is meant for is not stated.'] : []),
    ...(license === undefined ? ['No licence is stated.'] : []),
  ];
}
