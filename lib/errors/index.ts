export { AllocscopeError, isAllocscopeError, whyNotReadable, whyNotWritable } from './allocscope-error.js'
export type { AllocscopeErrorCode, AllocscopeErrorDetails } from './allocscope-error.js'
export { invalidArgumentType, invalidArgumentValue, outOfRange } from './argument-errors.js'
export { tellManyNamesBy } from './name-count.js'
export {
  checkBoolean,
  checkCount,
  checkFunction,
  checkNumber,
  checkOneOf,
  isOfRevokedProxy,
  isRevokedProxy,
  readOptions,
  requireFunction,
} from './read-options.js'
