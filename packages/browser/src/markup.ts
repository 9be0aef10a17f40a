import type { PageConfig } from './config.ts';

const escaped = (text: string) =>
  text.replace(
    /[&<>"]/g,
    (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[one]!,
  );

/** The page before anything is dropped on it. */
export function pageMarkup({ name, facts, scores, volumes }: PageConfig): string {
  const taken = volumes
    ? { accept: '.nii,.gz', text: 'Drop NIfTI files (.nii, .nii.gz) here, or choose some' }
    : { accept: 'image/png,image/jpeg', text: 'Drop images here, or choose some' };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(name)} – predict</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(name)}</h1>
${facts.remark === undefined ? '' : `<p class="remark">${escaped(facts.remark)}</p>`}
<p class="muted">Images stay on this machine: the model runs in this page, which loads nothing from elsewhere.${scores === undefined ? '' : ` ${escaped(scores)}`}</p>
<label id="drop"><input id="files" type="file" multiple accept="${taken.accept}"><span>${taken.text}</span></label>${volumes ? `\n<p class="muted">${caseText(volumes.files)} ${OTHERS}</p>` : ''}
<p id="state" role="status">Loading the model…</p>
<div id="results"></div>
</main>
<script src="web/model.js"></script>
<script src="web/runtime.js"></script>
${volumes ? '<script src="web/niivue.js"></script>\n' : ''}<script src="web/page.js"></script>
</body>
</html>
`;
}

const OTHERS = 'DICOM, NRRD and MetaImage are for the command line: raremask predict.';

function caseText(files: NonNullable<PageConfig['volumes']>['files']): string {
  if (files === undefined) return 'One file is one case.';
  const names = files === 'numbered' ? ['{id}_0000', '{id}_0001 and so on'] : files;
  return `The files of a case are dropped together: ${escaped(names.join(', '))}, where {id} is the case.`;
}

const STYLE = `
:root { color-scheme: light dark; --page: #f6f6f3; --card: #fff; --ink: #1b1e23; --muted: #646a73; --line: #d5d7d3; --warn: #8f4a00; --warn-page: #fdf0dc; --found: #1f62b5; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1c1f24; --ink: #e8e9e6; --muted: #9aa1ab; --line: #3a3f47; --warn: #f2b56b; --warn-page: #38270f; --found: #6fa8f2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1100px; margin: 0 auto; padding: 22px 18px 48px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 6px; overflow-wrap: anywhere; }
.muted, figcaption { color: var(--muted); font-size: 14px; }
.remark { padding: 7px 12px; border-radius: 6px; background: var(--warn-page); color: var(--warn); }
#drop { display: grid; place-items: center; min-height: 110px; border: 2px dashed var(--line); border-radius: 10px; background: var(--card); cursor: pointer; text-align: center; padding: 12px; }
#drop.over, #drop:focus-within { border-color: var(--found); }
#drop input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; margin-top: 14px; }
.card.failed { border-color: var(--warn); }
.views { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: 12px; }
figure { margin: 0; }
canvas { width: 100%; height: auto; display: block; image-rendering: pixelated; border-radius: 4px; background: #000; }
dl { display: flex; flex-wrap: wrap; gap: 2px 22px; margin: 10px 0 0; font-size: 14px; }
dl div { display: flex; gap: 8px; } dt { color: var(--muted); } dd { margin: 0; font-weight: 600; }
a { color: var(--found); }
.viewer { position: relative; height: min(70vh, 560px); background: #000; border-radius: 4px; overflow: hidden; }
.viewer canvas { height: 100%; image-rendering: auto; }
.overlays { display: flex; flex-wrap: wrap; gap: 4px 22px; margin-top: 8px; font-size: 14px; }
.overlays label { display: flex; align-items: center; gap: 8px; }
.overlays input { width: 120px; accent-color: var(--found); }
.scale { display: inline-block; width: 60px; height: 9px; border-radius: 2px; vertical-align: 0; background: linear-gradient(90deg, #080814, #3a1c6e, #962c7c, #ec5c54, #febe68, #fffcd6); }
`;
