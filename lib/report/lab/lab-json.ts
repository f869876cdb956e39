import type { LabReport } from '../../lab/index.js'
import { renderJson } from '../json.js'

/** What `allocscope lab --json` prints. `version` changes when a field gets another meaning or is removed. */
export function renderLabJson(report: LabReport): string {
  return renderJson({ version: 1, ...report })
}
