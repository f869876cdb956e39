import type { ComparedFigure } from '../../compare/index.js'
import { formatBytes, formatCount } from '../../figures/index.js'
import { formatDuration } from '../duration-format.js'

/** How a compared figure is called and written. */
export interface FigureFormat {
  readonly figure: ComparedFigure
  readonly title: string
  /** The title within a sentence's beginning. */
  readonly name: string
  readonly format: (value: number | undefined) => string
}

/** All compared figures, in the order of the columns. */
export const figureFormats: readonly FigureFormat[] = [
  { figure: 'peakRssBytes', title: 'peak RSS', name: 'Peak RSS', format: formatBytes },
  { figure: 'releasedRssBytes', title: 'after release', name: 'RSS after release', format: formatBytes },
  { figure: 'wallMs', title: 'time', name: 'Time', format: formatDuration },
  { figure: 'cpuMs', title: 'CPU', name: 'CPU time', format: formatDuration },
  { figure: 'minorFaults', title: 'minor faults', name: 'Minor page faults', format: formatCount },
  { figure: 'majorFaults', title: 'major faults', name: 'Major page faults', format: formatCount },
]

/** The figures that the charts show. */
export const chartedFigures: readonly FigureFormat[] = figureFormats.slice(0, 4)
