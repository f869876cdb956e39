import { once } from 'node:events'

import type { Output } from './open-output.js'

/** Writes a long text part by part: to `output`, otherwise to standard output as fast as that is read. */
export async function writeParts(parts: Iterable<string>, output: Output | undefined): Promise<void> {
  for (const part of parts) {
    if (output !== undefined) {
      if (!output.write(part)) return
    } else if (!process.stdout.write(part)) {
      await once(process.stdout, 'drain')
    }
  }
}
