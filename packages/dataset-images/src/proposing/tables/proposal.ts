import type { Order } from '../../annotations/instance.ts';
import { clearOrder } from '../../annotations/runLengths/beside.ts';
import { some } from '../../names.ts';
import { headsOf, someOf } from '../../notes.ts';
import { type Annotated, classesOf } from '../annotated.ts';
import type { Found, NamedRow } from './columns.ts';
import { factsOf, type RunFacts, type RunRow } from './facts.ts';
import type { Images } from './images.ts';

/** Images whose sizes are looked at, at most. */
const MEASURED = 200;

/**
 * What the manifest says of a table, with what was seen and what was assumed.
 *
 * @param rows each with the image that it names among those of the set
 * @param unused other tables
 */
export async function proposal(
  { file, table, pixels, columns }: Found,
  own: Images,
  rows: readonly (NamedRow & { readonly image: string | undefined })[],
  unused: readonly string[],
): Promise<Annotated> {
  const { separator, class: labelColumn } = columns;
  const facts = await factsOfRows(rows);
  const { counting, first, overlapping } = facts;
  const isLabelled = separator !== undefined || labelColumn !== undefined;
  const { classes, labels } = classesOfRows(rows, isLabelled, overlapping);
  const coverage = coverageOf(rows, own);
  return {
    ids: own.ids,
    imageFiles: own.imageFiles,
    ...(coverage.isEmpty && { empty: coverage.missing }),
    options: {
      images: own.images,
      runLengths: {
        ...{ file, image: columns.image },
        ...(separator !== undefined && { names: `{id}${separator}{class}` }),
        ...(labelColumn !== undefined && { class: labelColumn }),
        pixels,
        ...(labels && { labels }),
        order: orderOf(facts),
        ...(counting === 'relative' && { counting }),
        ...(counting === 'absolute' && first === 0 && { first }),
      },
      classes,
      ...(overlapping && { overlapping: true }),
      ...(coverage.isEmpty && { missingMask: 'empty' }),
    },
    remarks: {
      'data.with.runLengths': [
        `${table.rows.length} rows name ${own.ids.length - coverage.missing.length} of ${own.ids.length} images`,
        ...countingRemarks(facts),
        orderRemark(facts),
        ...missingRemarks(coverage),
        unused.length > 0 ? `not used: ${some(unused)}` : '',
      ]
        .filter((part) => part !== '')
        .join('; '),
      'data.with.classes': isLabelled
        ? `the labels of the table; ${overlapping ? 'some pixels belong to several' : 'no pixel belongs to two'}`
        : 'the table has no labels; rename foreground as you like',
      ...(coverage.isEmpty && {
        'data.with.missingMask': `assumed: the ${coverage.missing.length} images without a row (for example ${coverage.missing[0]}) show no structure, as no row says of any image that it shows none; write error, and mend the table, if that is wrong`,
      }),
    },
  };
}

/** Which images and which names of a table have no counterpart. */
interface Coverage {
  /** Ids of images without a row. */
  readonly missing: readonly string[];
  /** Names without an image. */
  readonly absent: readonly string[];
  /** Whether images without a row show no structure: rows say so of none, and every name has its image. */
  readonly isEmpty: boolean;
}

function coverageOf(
  rows: readonly (NamedRow & { readonly image: string | undefined })[],
  { ids, imageFiles }: Images,
): Coverage {
  const listed = new Set(rows.map(({ image }) => image));
  const missing = ids.filter((_, at) => !listed.has(imageFiles[at]!));
  const absent = [...new Set(rows.flatMap((row) => (row.image === undefined ? [row.name] : [])))];
  const saysNothing = rows.some(({ numbers }) => numbers.length === 0);
  return {
    missing,
    absent,
    isEmpty: missing.length > 0 && absent.length === 0 && !saysNothing,
  };
}

function missingRemarks({ missing, absent, isEmpty }: Coverage): readonly string[] {
  return [
    absent.length > 0 ? `${absent.length} names have no image (${some(absent)})` : '',
    missing.length > 0 && !isEmpty
      ? `${missing.length} images have no row (${some(missing)}) and cannot be used: where they show no structure, add missingMask: empty`
      : '',
  ];
}

async function factsOfRows(
  rows: readonly (Omit<RunRow, 'image'> & { readonly image: string | undefined })[],
): Promise<RunFacts> {
  const usable = rows.filter(
    (row): row is RunRow => row.image !== undefined && row.numbers.length > 0,
  );
  const measured = someOf([...new Set(usable.map(({ image }) => image))], MEASURED);
  const heads = await headsOf(measured);
  return factsOf(
    usable,
    new Map(measured.flatMap((image, at) => (heads[at] ? [[image, heads[at]]] : []))),
  );
}

function orderOf({ beside: { columns, rows } }: RunFacts): Order {
  return rows > columns ? 'rows' : 'columns';
}

/** Classes by the labels of all rows, in their order; the labels where they are called otherwise. */
function classesOfRows(
  rows: readonly { readonly label: string | undefined }[],
  isLabelled: boolean,
  overlapping: boolean,
) {
  if (!isLabelled) return { classes: { background: 0, foreground: 1 } };
  const compare = new Intl.Collator('en', { numeric: true }).compare;
  const found = [...new Set(rows.map(({ label }) => label ?? ''))].sort(compare);
  const names = found.map((label) => (/\D/.test(label) ? label : `class_${label}`));
  const { classes: all } = classesOf(names);
  const { background: _, ...own } = all;
  const labels = Object.fromEntries(Object.keys(own).map((name, at) => [name, found[at]!]));
  const renamed = Object.entries(labels).some(([name, label]) => name !== label);
  return { classes: overlapping ? own : all, ...(renamed && { labels }) };
}

function countingRemarks({ counting, deciding, first }: RunFacts): readonly string[] {
  if (counting === 'relative') {
    return [
      `runs are counted from the end of the one before: in ${deciding} rows they are in no other order`,
    ];
  }
  return [
    deciding > 0 ? '' : 'assumed: starts are numbers of pixels, as no row has several runs',
    first === 0 ? 'a run starts at 0' : 'assumed: the first pixel is 1, as no run starts at 0',
  ];
}

function orderRemark(facts: RunFacts): string {
  const { columns, rows } = facts.beside;
  if (columns === rows) {
    return 'assumed: pixels are numbered down the columns, which nothing in the table says: look at some masks (raremask inspect --html), and write order: rows if they are mirrored along the diagonal';
  }
  const order = orderOf(facts) === 'rows' ? 'along the rows' : 'down the columns';
  const assumed = clearOrder(facts.beside) === undefined ? 'assumed: ' : '';
  return `${assumed}pixels are numbered ${order}: so ${Math.max(columns, rows)} runs lie beside the one before, the other way ${Math.min(columns, rows)}`;
}
