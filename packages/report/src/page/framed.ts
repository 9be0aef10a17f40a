import { html, type Markup, trusted } from './markup.ts';
import { STYLE } from './style.ts';

/**
 * A whole HTML document that needs nothing beside it.
 *
 * @param title of what is shown, and what shows it, for example `lung – raremask report`
 * @param body what is seen
 * @param style beside the style of all pages
 */
export function framed(title: string, body: Markup, style = ''): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(STYLE)}${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.markup;
}
