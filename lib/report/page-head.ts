/** What the head of a page holds. All of it is markup: what comes from the program is escaped before. */
export interface PageHead {
  readonly title: string
  readonly policy: string
  readonly style: string
  /** More elements; none unless given. */
  readonly mark?: string
}

/** The beginning of a page that needs nothing else, up to its body's first element. */
export function openPage({ title, policy, style, mark }: PageHead): string {
  return `<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
${mark === undefined ? '' : `${mark}\n`}<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
`
}

/** The colours and the font of figures that pages have in common, for `:root`. */
export const pageColours = `
  color-scheme: light dark;
  --paper: light-dark(#f6f7f9, #0f1216);
  --card: light-dark(#ffffff, #171b21);
  --ink: light-dark(#1b2027, #e3e8ee);
  --faint: light-dark(#5c6773, #93a0ae);
  --line: light-dark(#e1e5ea, #272e37);
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;`
