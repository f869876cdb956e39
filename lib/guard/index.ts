export { startGuard } from './start-guard.js'
export { readGuardVariables } from './guard-options.js'
export type { GuardSettings } from './guard-options.js'
