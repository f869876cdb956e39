/** Rounds of work of each worker. It tells the main thread of each round. */
export const workerRounds = 6
