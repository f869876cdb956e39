import { isOnMainThread } from '../loading/main-thread.js'
import { readFlightVariables } from './flight-options.js'
import { startRecorder } from './flight-recorder.js'
import { receiveWorkerMarks } from './worker-marks.js'

// `allocscope/flight`: loaded before a program, it records the last minutes of the program's memory. Node loads it in each worker as well, whose
// marks go into the same recording: the main thread's recorder has the whole process. Children that node gives the same preload have recorders of their own.

if (isOnMainThread()) {
  try {
    startRecorder(readFlightVariables(process.env))
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    process.stderr.write(`allocscope: the program runs without a flight recorder: ${message}${code === undefined ? '' : ` [${code}]`}\n`)
  }
} else receiveWorkerMarks()
