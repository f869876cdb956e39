/** The number of threads that sample memory and that aren't on their way out. */
export function samplingThreads(): number
