#ifndef ALLOCSCOPE_TRACKER_ENDING_SIGNALS_H_
#define ALLOCSCOPE_TRACKER_ENDING_SIGNALS_H_

namespace allocscope::tracker {

// A signal that ends the program leaves it no time for its exit event: the session's record is then written in the signal's handler, while
// the thread that got it stands still, and the signal takes effect afterwards as it would have. The kernel itself knows whether the program
// handles a signal: its handler takes the place of ours, so nothing of the program's is changed or asked.

// Says where the record goes; see WriteRecord. Once for each session.
void PrepareEndingRecord(int descriptor, const char* identity);

// From now on `signal` is one at which the record is written, unless the program handles or ignores it. Again, when the program has put
// its handler away.
void WatchSignal(int signal);

// Every signal does again what it did.
void LeaveSignals();

}  // namespace allocscope::tracker

#endif  // ALLOCSCOPE_TRACKER_ENDING_SIGNALS_H_
