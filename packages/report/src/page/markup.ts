/** HTML that is already escaped. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/** A template whose values are escaped, unless they are markup; lists are joined. */
export function html(pieces: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return {
    markup: pieces.reduce((text, piece, index) => text + rendered(values[index - 1]) + piece),
  };
}

/** Markup that was made elsewhere and is known to be safe, such as a chart. */
export function trusted(markup: string): Markup {
  return { markup };
}

function rendered(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map(rendered).join('');
  if (typeof value === 'object') return (value as Markup).markup;
  return escaped(String(value));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Sets what stands between backticks as code. */
export function withCode(text: string): Content {
  return text
    .split('`')
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}
