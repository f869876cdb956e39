/** The script of a tracking report's page: `page/main.ts` with what it imports, as scripts/bundle-page.mjs writes it into dist. */
export declare const pageScript: string
