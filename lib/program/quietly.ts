/**
 * Answers with `work` for a timer or an event within an observed program: what it throws, as without descriptors or without `/proc`, would end the
 * program. Then it is undone, and tried again at the next time.
 */
export function quietly(work: () => void): () => void {
  return () => {
    try {
      work()
    } catch {
      // The reader says which figures are missing.
    }
  }
}
