/** A table of a Markdown page: the first row is its head. */
export type Rows = readonly (readonly string[])[];

/** The page with each of its tables replaced by what `change` makes of it, columns aligned. */
export async function mapTables(
  page: string,
  change: (rows: Rows) => Promise<Rows>,
): Promise<string> {
  const lines = page.split('\n');
  const result: string[] = [];
  for (let start = 0; start < lines.length; ) {
    let end = start;
    while (lines[end]?.startsWith('|')) end++;
    if (end === start) {
      result.push(lines[start]!);
      start++;
      continue;
    }
    const rows = lines.slice(start, end).map(cells);
    const [head, rule, ...body] = rows as [string[], string[], ...string[][]];
    const changed = await change([head, ...body]);
    result.push(...formatted(changed, rule));
    start = end;
  }
  return result.join('\n');
}

function cells(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A rule of dashes that ends with a colon sets its column to the right. */
function formatted([head, ...body]: Rows, rule: readonly string[]): string[] {
  const widths = head!.map((_, column) =>
    Math.max(3, ...[head!, ...body].map((row) => row[column]!.length)),
  );
  const toTheRight = rule.map((cell) => cell.endsWith(':'));
  const line = (row: readonly string[]) => {
    const padded = row.map((cell, column) =>
      toTheRight[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
    );
    return `| ${padded.join(' | ')} |`;
  };
  const dashes = widths.map((width, column) =>
    toTheRight[column] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(head!), line(dashes), ...body.map(line)];
}
