import { spawnSync } from 'node:child_process'

import { isCi } from '../../scripts/testing/ci.cjs'

export type Declare = (title: string, body: jest.ProvidesCallback, timeoutMs?: number) => void

/** What is said where something isn't there: one reason for a kind of thing, by which `npm test` counts the skips. No colon within it. */
export function notInstalled(what: string): string {
  return `${what} is not installed (scripts/install-test-tools.sh installs it)`
}

/**
 * Declares tests that need what no script can bring, such as another user's rights: as `declare` does where `missing` is undefined, and otherwise as a
 * skip whose title ends with the reason, in CI too.
 */
export function skipWhere(missing: string | undefined, declare: Declare = test): Declare {
  if (missing === undefined) return declare
  return (title) => {
    // What it needs isn't here: the title says what, and how to get it if it can be had.
    test.skip(`${title}: ${missing}`, () => undefined)
  }
}

/**
 * Declares tests that need something: as `declare` does where `missing` is undefined, and otherwise as a skip whose title ends with the
 * reason. In CI, where everything can be installed, that is a failure.
 */
export function testWhere(missing: string | undefined, declare: Declare = test): Declare {
  if (missing === undefined || !isCi) return skipWhere(missing, declare)
  return (title) => {
    test(title, () => {
      throw new Error(missing)
    })
  }
}

/** Why a command can't be run here; undefined when it can. */
export function missingCommand(command: string, versionOption = '--version'): string | undefined {
  return spawnSync(command, [versionOption], { stdio: 'ignore' }).status === 0 ? undefined : notInstalled(command)
}
