import type { Registry } from './collector.js'

/** The registry of the calling process in the record `folder`. Any thread may open it; nothing is installed. */
export declare function openRegistry(folder: string): Registry
