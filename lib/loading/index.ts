/**
 * Loads a room when it is first used. Unused rooms take no time and no memory:
 * `const report = lazily(() => require('../report/index.js') as typeof import('../report/index.js'))`.
 */
export function lazily<Room>(load: () => Room): () => Room {
  let room: Room | undefined
  return () => (room ??= load())
}
