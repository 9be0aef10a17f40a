import pc from 'picocolors';
import { ABSENT, figureText } from '../numberText.ts';
import type { LabLoss, LabReport } from '../record/labResult.ts';
import { columns, plain, type TableOptions } from './columns.ts';
import { wrapped } from './wrapped.ts';

/** What the lab has found, for a terminal: one row a loss, then the reasons and what to do. */
export function labTable(report: LabReport, options: TableOptions): string {
  const paint = pc.createColors(options.color);
  const { losses } = report;
  const side = losses[0]?.trials[0]?.side ?? 0;
  const blocks = [
    [
      paint.bold(plain(report.title)),
      paint.dim(
        `empty images of ${side} x ${side} pixels; gradients in units of cross-entropy's; a structure of ${report.structure} pixels`,
      ),
    ].join('\n'),
    columns(
      [
        'loss',
        'verdict',
        'value at 1\nfalse pixel',
        'at 100',
        'gradient:\nfalse pixel',
        'missed\npixel',
        'false /\nmissed',
      ],
      losses.map((loss) => [loss.name, loss.verdict, ...labFigures(loss)]),
      { ...options, align: ['left', 'left', ...Array<'right'>(5).fill('right')] },
    ),
    ...losses.map((loss) => reasons(loss, options)),
  ];
  if (report.left.length > 0) {
    blocks.push(
      report.left
        .flatMap(({ name, reason }) =>
          wrapped(`${plain(name)} was not tried: ${plain(reason)}`, options.width),
        )
        .join('\n'),
    );
  }
  blocks.push([paint.bold('What to do'), ...wrapped(report.advice, options.width)].join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

/** Value at 1 and at 100 false pixels, both gradients and their ratio, as text. */
export function labFigures(loss: LabLoss): readonly string[] {
  const [, one, , hundred] = loss.trials[0]?.values ?? [];
  const shown = [one, hundred, loss.falseGradient, loss.missedGradient, loss.balance];
  return shown.map((figure) =>
    figure === undefined || figure === null ? ABSENT : figureText(figure),
  );
}

function reasons(loss: LabLoss, options: TableOptions): string {
  const paint = pc.createColors(options.color);
  const good = loss.verdict === 'fine';
  return [
    `${paint.bold(plain(loss.name))}: ${(good ? paint.green : paint.yellow)(loss.verdict)}`,
    ...loss.findings.flatMap(({ verdict, because }) =>
      indented(good ? because : `${verdict}: ${because}`, '  - ', options.width),
    ),
    ...indented(loss.advice, '  ', options.width),
  ].join('\n');
}

/** Lines of a text, the first after a mark and the others below its end. */
function indented(text: string, mark: string, width: number): string[] {
  return wrapped(plain(text), width - mark.length).map(
    (line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}`,
  );
}
