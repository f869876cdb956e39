import { appendVisible, make } from './elements.js'
import type { TotalsTable } from './page-state.js'

function tableOf({ columns, rows }: TotalsTable): HTMLElement {
  const kindOf = (index: number): string => (columns[index]?.isWord === true ? 'word' : '')
  const heads = columns.map(({ title }, index) => make('th', kindOf(index), title))
  heads.forEach((head) => {
    head.setAttribute('scope', 'col')
  })
  const body = rows.map((cells) => {
    const row = make('tr', '')
    cells.forEach((text, index) => {
      const cell = make('td', kindOf(index))
      appendVisible(cell, text)
      row.append(cell)
    })
    return row
  })
  return make('div', 'scroll', make('table', '', make('thead', '', make('tr', '', ...heads)), make('tbody', '', ...body)))
}

/** What several threads add up to. Hidden where there is one. */
export function showTotals(tables: readonly TotalsTable[]): void {
  const panel = document.getElementById('totals') as HTMLElement
  panel.hidden = tables.length === 0
  for (const table of tables) {
    panel.append(make('h2', '', table.heading), tableOf(table), ...table.remarks.map((remark) => make('p', '', remark)))
  }
}
