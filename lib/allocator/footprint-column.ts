import type { glibcFootprintColumns } from './glibc/columns.js'
import type { jemallocFootprintColumns } from './jemalloc/columns.js'
import type { mimallocFootprintColumns } from './mimalloc/columns.js'
import type { rpmallocFootprintColumns } from './rpmalloc/columns.js'
import type { scudoFootprintColumns } from './scudo/columns.js'
import type { tcmallocFootprintColumns } from './tcmalloc/columns.js'

/** The figures that each back end gives with every reading, by their native names. */
export interface FootprintColumns {
  readonly glibc: (typeof glibcFootprintColumns)[number]
  readonly jemalloc: (typeof jemallocFootprintColumns)[number]
  readonly mimalloc: (typeof mimallocFootprintColumns)[number]
  readonly tcmalloc: (typeof tcmallocFootprintColumns)[number]
  readonly tbbmalloc: never
  readonly rpmalloc: (typeof rpmallocFootprintColumns)[number]
  readonly scudo: (typeof scudoFootprintColumns)[number]
  readonly unknown: never
}

/** A figure that some back end gives with every reading. */
export type FootprintColumn = FootprintColumns[keyof FootprintColumns]
