import { lazily } from '../../loading/index.js'
import type { renderLineProfilesHtml as render } from './line-profile-html.js'
import type { renderProjectSite as renderSite } from './site/index.js'

export { renderLineProfilesJson } from './line-profile-json.js'
export { renderLineProfiles } from './line-profile-text.js'
export { styleForTerminal } from '../terminal-style.js'
export { plainStyle } from '../text-style.js'

const page = lazily(() => require('./line-profile-html.js') as typeof import('./line-profile-html.js'))

/** The page of line profiles. Its script and style are loaded when a page is made. */
export const renderLineProfilesHtml: typeof render = (...given) => page().renderLineProfilesHtml(...given)

const site = lazily(() => require('./site/index.js') as typeof import('./site/index.js'))

/** A page for each file of a project, and the list of them. Loaded when pages are made. */
export const renderProjectSite: typeof renderSite = (...given) => site().renderProjectSite(...given)

/** By which a page of {@link renderProjectSite} is known again. */
export const siteMark = (): string => site().siteMark

/** Where it puts the pages of files. */
export const filesFolder = (): string => site().filesFolder
