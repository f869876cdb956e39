// Reports the record in a folder as a run's: report-many.cjs <folder> <json, html, site or text>. Prints how many functions there were in all, and the highest
// RSS of this process.
const path = require('node:path')

const { mapProfiles, readRun } = require('../../../dist/profile/index.js')
const { writeReport } = require('../../../dist/register/index.js')

const [folder, form] = process.argv.slice(2)
const settings = { functions: [], files: [], all: true, mode: 'hybrid', workers: false, children: true }
const html = { html: '/dev/null', site: path.join(folder, 'site/') }[form]
const { profiles, notes } = readRun({ folder, settings })
let functions = 0
const counted = mapProfiles(profiles, (profile, index) => {
  functions = (index === 0 ? 0 : functions) + profile.functions.length
  return profile
})
writeReport(
  { title: 'app.js', profiles: counted, notes },
  { json: form === 'json', html, output: '/dev/null', minBytes: 0, sort: 'allocated' },
)
console.log(JSON.stringify({ functions, peakRssBytes: process.resourceUsage().maxRSS * 1024 }))
