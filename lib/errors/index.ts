export { AllocscopeError, isAllocscopeError } from './allocscope-error.js'
export type { AllocscopeErrorCode, AllocscopeErrorDetails } from './allocscope-error.js'
export { invalidArgumentType, invalidArgumentValue, outOfRange } from './argument-errors.js'
export {
  checkBoolean,
  checkCount,
  checkFunction,
  checkNumber,
  checkOneOf,
  isOfRevokedProxy,
  isRevokedProxy,
  readOptions,
} from './read-options.js'
