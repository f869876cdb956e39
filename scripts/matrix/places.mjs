// Every place where a program may run, in the order of the page.
import { arm64Places } from './places/arm64.mjs'
import { confined } from './places/confined.mjs'
import { installers } from './places/installers.mjs'
import { nodePlaces } from './places/node.mjs'
import { otherRuntimes } from './places/other-runtimes.mjs'
import { packaged } from './places/packaged.mjs'
import { testRunners } from './places/test-runners.mjs'

/**
 * @typedef {object} Place
 * @property {string} group the table that it is in
 * @property {string} name
 * @property {string} [about] how it is started
 * @property {() => string | undefined} missing why it can't be tested here
 * @property {() => string} version
 * @property {number} [exitCode] of a program that makes a call: 3, unless a test's runner ends
 * @property {boolean} [buffersByMalloc] whether Buffers come from malloc
 * @property {boolean} [isEmulated] whether RSS is also that of an emulator
 * @property {Record<string, string>} [untestable] why a feature can't be tested there, by its key
 * @property {(kit: import('./kit.mjs').Kit) => object} prepare answers with the lines for `call`, `preload` and `command`, where it has such
 */

/** @type {readonly Place[]} */
export const places = [...nodePlaces, ...arm64Places, ...otherRuntimes, ...confined, ...packaged, ...installers, ...testRunners]
