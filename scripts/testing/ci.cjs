/** Whether this runs where everything can be installed, so that a skip for want of it is a failure. `CI=` means no, as if it weren't set. */
exports.isCi = (process.env.CI ?? '') !== ''
