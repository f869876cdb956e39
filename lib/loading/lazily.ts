/**
 * A room that is loaded when it is first used, so that what nobody asked for takes no time and no memory:
 * `const report = lazily(() => require('../report/index.js') as typeof import('../report/index.js'))`.
 */
export function lazily<Room>(load: () => Room): () => Room {
  let room: Room | undefined
  return () => (room ??= load())
}
