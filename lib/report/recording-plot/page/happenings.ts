import { formatByteChange, formatCount } from '../../../figures/index.js'
import { formatDuration } from '../../duration-format.js'
import { appendVisible, make } from '../../line-profile/page/elements.js'
import { formatMoment } from '../axis.js'
import type { PagePicture } from '../page-data.js'
import type { PlotView } from './plot-view.js'

/** Rows that a table has. */
const mostRows = 500

/** A longer table is closed until it is asked for. */
const mostOpenRows = 15

function leadingTo(name: string, act: () => void): HTMLElement {
  const button = make('button', 'name')
  button.setAttribute('type', 'button')
  appendVisible(button, name)
  button.addEventListener('click', act)
  const head = make('th', '', button)
  head.setAttribute('scope', 'row')
  return head
}

function tableOf(title: string, columns: readonly string[], rows: readonly HTMLElement[], total: number): HTMLElement {
  const heads = [title, ...columns].map((text) => {
    const head = make('th', '', text)
    head.setAttribute('scope', 'col')
    return head
  })
  const table = make('table', 'happenings', make('thead', '', make('tr', '', ...heads)), make('tbody', '', ...rows))
  const summary = make('summary', '', `${formatCount(total)} ${title}`)
  const rest = total > rows.length ? [make('p', 'faint', `The first ${formatCount(rows.length)} are here.`)] : []
  const details = make('details', '', summary, table, ...rest)
  if (rows.length <= mostOpenRows) details.setAttribute('open', '')
  return details
}

function marksTable({ marks, timeMs, rssBytes }: PagePicture, view: PlotView): HTMLElement[] {
  if (marks.length === 0) return []
  const rows = marks.slice(0, mostRows).map((mark, index) => {
    const before = marks[index - 1]
    const since = mark.timeMs - (before?.timeMs ?? timeMs[0] ?? 0)
    const rssAt = (moment: number): number | undefined =>
      rssBytes?.[
        Math.max(
          0,
          timeMs.findLastIndex((one) => one <= moment),
        )
      ]
    const [rss, earlier] = [rssAt(mark.timeMs), rssAt(before?.timeMs ?? -Infinity)]
    const head = leadingTo(mark.name, () => {
      view.pointAt(mark.timeMs)
      view.focus()
    })
    const change = rss === undefined || earlier === undefined ? undefined : rss - earlier
    const cells = [formatMoment(mark.timeMs), formatDuration(since), formatByteChange(change)]
    return make('tr', '', head, ...cells.map((text) => make('td', '', text)))
  })
  return [tableOf('marks', ['at', 'after', 'RSS since'], rows, marks.length)]
}

function spansTable({ spans }: PagePicture, view: PlotView): HTMLElement[] {
  if (spans.length === 0) return []
  const rows = spans.slice(0, mostRows).map(({ name, startMs, endMs, startRssBytes, endRssBytes }) => {
    const head = leadingTo(name, () => {
      view.show(startMs, endMs)
      view.focus()
    })
    const change = startRssBytes === null || endRssBytes === null ? undefined : endRssBytes - startRssBytes
    const cells = [formatMoment(startMs), formatDuration(endMs - startMs), formatByteChange(change)]
    return make('tr', '', head, ...cells.map((text) => make('td', '', text)))
  })
  return [tableOf('spans', ['at', 'took', 'RSS'], rows, spans.length)]
}

/** What happened in the time of a picture: collections, marks and spans. Names lead to their moment in the picture. */
export function tablesOf(picture: PagePicture, view: PlotView): HTMLElement[] {
  const { collections } = picture
  const summary = collections === null ? [] : [make('p', 'faint', `gc: ${collections.summary}.`)]
  return [...summary, ...marksTable(picture, view), ...spansTable(picture, view)]
}
