/** Rounds of work that each worker does, telling the main thread of each. */
export const workerRounds = 6
