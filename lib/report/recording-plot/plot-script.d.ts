/** The script of a plot's page: `page/main.ts` with what it imports, uPlot among it, as scripts/bundle-page.mjs writes it into dist. */
export declare const pageScript: string
/** uPlot's own style sheet. */
export declare const libraryStyle: string
