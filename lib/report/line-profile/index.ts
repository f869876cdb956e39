import { lazily } from '../../loading/index.js'
import type { renderLineProfilesHtml as render } from './line-profile-html.js'

export { renderLineProfilesJson } from './line-profile-json.js'
export { renderLineProfiles } from './line-profile-text.js'
export { styleForTerminal } from '../terminal-style.js'
export { plainStyle } from '../text-style.js'

const page = lazily(() => require('./line-profile-html.js') as typeof import('./line-profile-html.js'))

/** The page of line profiles. Its script and style are loaded when a page is made. */
export const renderLineProfilesHtml: typeof render = (...given) => page().renderLineProfilesHtml(...given)
