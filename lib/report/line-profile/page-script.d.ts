/** The script of the HTML report: `page/main.ts` with what it imports, as scripts/bundle-page.mjs writes it into dist. */
export declare const pageScript: string
