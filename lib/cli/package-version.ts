export { packageVersion } from '../program/package-version.js'
