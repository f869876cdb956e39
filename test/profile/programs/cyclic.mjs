import { early } from './behaves.mjs'
import commonJs from './required.cjs'

export const hoisted = early(20) + commonJs.fromCommonJs(1)
