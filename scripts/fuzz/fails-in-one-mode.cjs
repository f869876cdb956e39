// A program to be compared: it fails where MODE is bad, and under no other setting.
if (process.env.MODE === 'bad') throw new TypeError('not in this mode')
