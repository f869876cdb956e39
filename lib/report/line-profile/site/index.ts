export { filesFolder, renderProjectSite } from './project-site.js'
export type { SiteOptions, SitePage } from './project-site.js'
export { siteMark } from './site-markup.js'
